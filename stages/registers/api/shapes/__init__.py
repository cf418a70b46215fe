"""Shapes of what the endpoints of registers take and answer.

DRF moves declared fields out of the way of its own attribute `source`.
"""
