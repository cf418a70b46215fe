"""PostgreSQL and Valkey in the data folder, for machines that have neither.

Both are installed from wheels and listen on a Unix socket that only their owner can use. Its path depends on the data
folder only (``addresses``), so every process with the same folder finds them.
"""
