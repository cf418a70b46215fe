"""The hub: publish once, every socket of the topic gets it, in order."""

from realtime.publishing import notify, publish, send_ephemeral

__all__ = ["notify", "publish", "send_ephemeral"]
