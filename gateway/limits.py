"""How much one socket may ask for."""

from __future__ import annotations

from django.conf import settings

from audit.errors import PayloadTooLarge


def check_size(text: str) -> None:
    """Raise `PayloadTooLarge` for a message of more bytes than `FOUNDRY_MESSAGE_LIMIT`."""
    limit: int = settings.FOUNDRY_MESSAGE_LIMIT
    # A character is at most 4 bytes of UTF-8: only a message that may be too long is encoded.
    if len(text) > limit or (len(text) * 4 > limit and len(text.encode("utf-8", "surrogatepass")) > limit):
        raise PayloadTooLarge(f"A message holds at most {limit} bytes.", limit=limit)


class TokenBucket:
    """Lets `rate` messages a second pass for ever, and `burst` of them at once. Times are seconds of one clock."""

    __slots__ = ("_burst", "_left", "_rate", "_since")

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self._rate = rate
        self._burst = burst
        self._left = burst
        self._since = now

    def take(self, now: float) -> bool:
        """Whether one more message may pass now."""
        self._left = min(self._burst, self._left + (now - self._since) * self._rate)
        self._since = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
