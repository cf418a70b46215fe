"""Versions from the commits of a git repository."""
