"""Modules over REST."""
