"""Checkpoints: signed, numbered notes of where all chains stand, so that a cut-off tail is noticed."""
