"""Admission over REST."""
