"""Real PostgreSQL and Valkey under the data folder, for a machine that has neither.

Both come as wheels, both listen only on a Unix socket that nobody but their owner can reach. Where they listen
follows from the data folder alone (``addresses``), so every process that is given the same folder finds them.
"""
