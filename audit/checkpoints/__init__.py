"""Checkpoints: signed, numbered records of the newest event of each chain, so that a cut-off tail is noticed."""
