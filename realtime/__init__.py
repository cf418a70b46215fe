"""The hub: publish once, every socket of the topic gets it, in order."""

from realtime.publishing import publish, send_ephemeral

__all__ = ["publish", "send_ephemeral"]
