"""The pages of registers: tables as grids, and what is common to all of them."""
