"""The writes of pads."""

from stages.pads.services.pads import close_pad, create_pad, reopen_pad, update_pad

__all__ = ["close_pad", "create_pad", "reopen_pad", "update_pad"]
