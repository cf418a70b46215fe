"""Overlays: what a person stages is shown to them as if it were written, and written as one bundle when they commit."""
