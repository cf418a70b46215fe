"""The pages of pads."""
