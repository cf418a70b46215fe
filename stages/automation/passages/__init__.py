"""Passages: lines of a field that records are linked to. They follow their text, and links say when it has changed."""
