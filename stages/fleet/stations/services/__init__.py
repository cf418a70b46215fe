"""The writes of stations."""
