"""Registers in Postgres: the storage that the fold works on, and the increment that keeps what is shown with it."""
