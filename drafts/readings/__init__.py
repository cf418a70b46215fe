"""Marks of what a person has read of the difference between two versions."""
