"""What all REST endpoints share, and the endpoints of accounts.

It stands here because accounts are the lowest app with endpoints; every app above builds on it.
"""
