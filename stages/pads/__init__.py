"""Pads: one text in which everybody writes at once, and every character has its author."""
