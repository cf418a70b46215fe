"""How much one socket, and one person, may ask for."""

from __future__ import annotations

from collections import Counter
from typing import Self

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.client_addresses import network_of
from accounts.rate_limits import count_messages, too_many
from gateway.execution import LaneExecutor
from kernel.errors import RateLimited


class TokenBucket:
    """Lets `rate` units a second pass for ever, and `burst` of them at once. Times are seconds of one clock."""

    __slots__ = ("_burst", "_left", "_rate", "_since")

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self._rate = rate
        self._burst = burst
        self._left = burst
        self._since = now

    def take(self, now: float, amount: float = 1) -> bool:
        """Whether so much more may pass now."""
        self._left = min(self._burst, self._left + (now - self._since) * self._rate)
        self._since = now
        if self._left < amount:
            return False
        self._left -= amount
        return True


class OneSocket:
    """One socket that counts under a key while the context lasts; thousands of these wait at the same time."""

    __slots__ = ("_key", "_limit", "_open", "_who")

    def __init__(self, open_sockets: Counter[str], key: str, limit: int, who: str) -> None:
        self._open = open_sockets
        self._key = key
        self._limit = limit
        self._who = who

    def __enter__(self) -> None:
        if self._limit and self._open[self._key] >= self._limit:
            raise RateLimited(
                _("{who} already has {limit} connections; close one first.").format(who=self._who, limit=self._limit),
                retry_after=30,
            )
        self._open[self._key] += 1

    def __exit__(self, *_error: object) -> None:
        self._open[self._key] -= 1
        if not self._open[self._key]:
            del self._open[self._key]


class Counted:
    """Whose a socket counts as, until it has ended: an `ExitStack` that takes less memory."""

    __slots__ = ("_entered",)

    def __init__(self) -> None:
        self._entered: list[OneSocket] = []

    def enter_context(self, one: OneSocket) -> None:
        """Count it until the end. Raises what counting raises."""
        one.__enter__()
        self._entered.append(one)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        while self._entered:
            self._entered.pop().__exit__(*error)


class SocketCounts:
    """How many sockets of this node each person has, and each address from which nobody is signed in yet."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()

    def of_person(self, user_id: str) -> OneSocket:
        """Count one for as long as the context lasts. Raises `RateLimited` beyond `FOUNDRY_PERSON_SOCKETS`."""
        return OneSocket(self._open, f"user:{user_id}", settings.FOUNDRY_PERSON_SOCKETS, _("Your account"))

    def before_sign_in(self, address: str | None) -> OneSocket:
        """Count one for as long as the context lasts. Raises `RateLimited` beyond `FOUNDRY_ADDRESS_SOCKETS`."""
        limit, who = settings.FOUNDRY_ADDRESS_SOCKETS, _("Your network")
        return OneSocket(self._open, f"address:{network_of(address)}", limit, who)


class MessageRates:
    """Counts the messages of each person together with their REST requests, on all nodes (`accounts.rate_limits`)."""

    def __init__(self) -> None:
        self._new: Counter[str] = Counter()
        self._over: dict[str, float] = {}

    def count(self, user_id: str, now: float) -> None:
        """Count a message. Raises `RateLimited` while the person is over the limit."""
        self._new[user_id] += 1
        until = self._over.get(user_id, 0.0)
        if now < until:
            raise too_many(_("Your account"), settings.FOUNDRY_REST_RATE, retry_after=int(until - now) + 1)

    async def update(self, lane: LaneExecutor, now: float) -> None:
        """Add what was counted since the last time, and learn who is over the limit."""
        counted, self._new = self._new, Counter()
        if counted:
            over = await lane(lambda: count_messages(counted))
            self._over = {user_id: now + seconds for user_id, seconds in over.items()} | {
                user_id: until for user_id, until in self._over.items() if until > now and user_id not in counted
            }
