"""What starts scripts: changes that they watch, noted with the write that makes them, and given to them together."""
