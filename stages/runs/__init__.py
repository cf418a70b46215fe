"""Runs: one question to many models, side by side; the choice is carried on as a proposal."""
