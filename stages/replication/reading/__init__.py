"""What is read of other sites: how far each is, what waits outside, and whether all have the same."""
