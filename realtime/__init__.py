"""The hub: publish once, and every socket that follows the topic gets it, in order."""

from realtime.publishing import notify, publish, send_ephemeral, send_notification

__all__ = ["notify", "publish", "send_ephemeral", "send_notification"]
