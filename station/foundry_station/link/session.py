"""What is said over one connection: first the snapshot, then editions in, reports and placements out."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from foundry_station.authority import EDITION
from foundry_station.editions import read_time
from foundry_station.inbox import Heads, Inbox
from foundry_station.link.backoff import Backoff
from foundry_station.link.connection import Connection, Disconnected, RequestRefused
from foundry_station.outbox import MAX_REPORTS, Outbox
from foundry_station.sealed import Refused
from foundry_station.state import StateUnavailable
from foundry_station.watching import Watcher

log = logging.getLogger(__name__)

SNAPSHOT_SECONDS: Final = 30.0
PING_EVERY: Final = 25.0
PLACEMENTS_PAUSE: Final = 0.25
RENEW_TOKEN_AFTER: Final = 30 * 24 * 3600.0
MAX_HASHES: Final = 200
NO_SUCH_METHOD: Final = -32601


class Session:
    """One connection, from its snapshot to its end."""

    def __init__(self, connection: Connection, watcher: Watcher, inbox: Inbox, outbox: Outbox) -> None:
        self._waiting = {"snapshot", "reports", "placements", "asked"}
        self._connection, self._watcher = connection, watcher
        self._inbox, self._outbox = inbox, outbox
        self._reports, self._placements, self._asked = asyncio.Event(), asyncio.Event(), asyncio.Event()

    @property
    def is_idle(self) -> bool:
        """Whether all that was new is here, and all that waited is sent."""
        return not self._waiting

    def something_to_send(self) -> None:
        """Reports or placements may wait."""
        self._waiting |= {"reports", "placements"}
        self._reports.set()
        self._placements.set()

    def something_asked(self) -> None:
        """A command has left a request."""
        self._waiting.add("asked")
        self._asked.set()

    async def run(self, on_snapshot: Callable[[], None]) -> None:
        """Speak until the connection ends, which raises `Disconnected`."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._connection.run())
                await self._begin()
                on_snapshot()
                for work in (self._notified, self._send_reports, self._send_placements, self._send_asked, self._ping):
                    tasks.create_task(work())
        except* Disconnected as group:
            raise _first(group) from group
        except* StateUnavailable as group:
            raise Disconnected(0, "What the server sent could not be stored.") from group

    async def _begin(self) -> None:
        try:
            async with asyncio.timeout(SNAPSHOT_SECONDS):
                method, body = await self._connection.notifications.get()
            if method != "snapshot":
                raise Disconnected(0, "The server did not begin with a snapshot.")
            heads = await self._watcher.call(self._inbox.snapshot, body)
        except TimeoutError as error:
            raise Disconnected(0, "The server sent no snapshot.") from error
        except Refused as error:
            raise Disconnected(0, f"The server's snapshot cannot be read: {error}") from error
        await self._watcher.call(self._outbox.forget_sent)
        await self._follow(heads, always=True)
        self.something_to_send()
        self.something_asked()

    # In

    async def _notified(self) -> None:
        while True:
            method, body = await self._connection.notifications.get()
            handler = self._handlers().get(method)
            if handler is not None:
                await handler(body)
            if self._inbox.wants_keys:
                self._inbox.wants_keys = False
                raise Disconnected(0, "The server seals by another key: its keys are asked for again.")

    def _handlers(self) -> Mapping[str, Callable[[dict[str, Any]], Awaitable[None]]]:
        return {
            EDITION: self._edition,
            # An edition, too: the one for which a directive was issued.
            "rule_created": self._edition,
            "assignment": self._assignment,
            "decided": self._decided,
            "head": self._head,
        }

    async def _edition(self, body: dict[str, Any]) -> None:
        if await self._take_edition(body):
            await self._obey()

    async def _assignment(self, body: dict[str, Any]) -> None:
        if await self._watcher.call(self._inbox.assignment, body):
            numbers = await self._watcher.call(self._watcher.engine.authority.numbers)
            await self._fetch(numbers)
            await self._obey()

    async def _decided(self, body: dict[str, Any]) -> None:
        if await self._watcher.call(self._inbox.decided, body):
            self._watcher.look(self._watcher.engine.plan.targets)

    async def _head(self, body: dict[str, Any]) -> None:
        if isinstance(body.get("now"), str):
            try:
                await self._watcher.call(self._watcher.engine.clock.follow, read_time(body["now"]))
            except Refused:
                log.warning("The server's time cannot be read: %s", body["now"])
        await self._follow(await self._watcher.call(self._inbox.heads, body.get("heads")))

    async def _follow(self, heads: Heads, *, always: bool = False) -> None:
        """Fetch what the server has and we do not; show it what we have and it does not."""
        authority = self._watcher.engine.authority
        numbers = await self._watcher.call(authority.numbers)
        taken = await self._fetch({team: numbers[team] for team in heads.behind})
        if taken or always:
            await self._obey()
        if heads.ahead:
            await self._show(heads.ahead)
        self._waiting.discard("snapshot")

    async def _fetch(self, numbers: Mapping[str, int]) -> bool:
        if not numbers:
            return False
        try:
            answer = await self._connection.request("editions.since", {"teams": dict(numbers)})
        except RequestRefused as refused:
            log.warning("Editions were refused: %s", refused)
            return False
        editions = answer.get("editions") if isinstance(answer, dict) else None
        taken = [await self._take_edition(each) for each in editions or [] if isinstance(each, dict)]
        return any(taken)

    async def _take_edition(self, body: dict[str, Any]) -> bool:
        missing = await self._watcher.call(self._inbox.missing_texts, body)
        if self._inbox.wants_keys:
            return False
        texts: dict[str, str] = {}
        while wanted := sorted(missing - texts.keys()):
            try:
                answer = await self._connection.request("texts.get", {"sha256s": wanted[:MAX_HASHES]})
            except RequestRefused as refused:
                log.warning("Texts were refused: %s", refused)
                return False
            found = answer.get("texts") if isinstance(answer, dict) else None
            given = found if isinstance(found, dict) else {}
            new = {name: given[name] for name in wanted if isinstance(given.get(name), str)}
            if not new:
                return False
            texts.update(new)
        return await self._watcher.call(self._inbox.edition, body, texts)

    async def _obey(self) -> None:
        await self._watcher.replan()
        self.something_to_send()

    async def _show(self, teams: frozenset[str]) -> None:
        """Show editions that are newer than the server's: it sealed them itself, and was restored from a backup."""
        sealed = await self._watcher.call(self._watcher.engine.authority.sealed_editions)
        for team in teams & sealed.keys():
            each = sealed[team]
            try:
                await self._connection.request(
                    "edition.show", {"team": team, "text": each.text, "key": each.key, "seal": each.seal}
                )
            except RequestRefused as refused:
                if refused.code != NO_SUCH_METHOD:
                    log.warning("The server refused a newer edition of its own: %s", refused)

    # Out

    async def _send_reports(self) -> None:
        most, backoff = MAX_REPORTS, Backoff()
        while True:
            await self._reports.wait()
            self._reports.clear()
            while params := await self._watcher.call(self._outbox.reports, most):
                try:
                    answer = await self._connection.request("reports.put", params)
                except RequestRefused as refused:
                    log.warning("The server refused reports: %s", refused)
                    acknowledged = refused.problem.get("acknowledged")
                    if isinstance(acknowledged, dict):
                        await self._watcher.call(self._inbox.acknowledged, acknowledged)
                    if most > 1:
                        most = 1
                        continue
                    # No report is given up, and one may be refused only because the server is busy.
                    await asyncio.sleep(backoff.next())
                    continue
                most, backoff = MAX_REPORTS, Backoff()
                if not await self._watcher.call(self._inbox.acknowledged, answer.get("acknowledged") or {}):
                    break
            self._waiting.discard("reports")

    async def _send_placements(self) -> None:
        while True:
            await self._placements.wait()
            self._placements.clear()
            while params := await self._watcher.call(self._outbox.placements):
                try:
                    await self._connection.request("placements.put", params)
                except RequestRefused as refused:
                    log.warning("The server refused placements: %s", refused)
            self._waiting.discard("placements")
            await asyncio.sleep(PLACEMENTS_PAUSE)

    async def _send_asked(self) -> None:
        while True:
            await self._asked.wait()
            self._asked.clear()
            for number, method, params in await self._watcher.call(self._outbox.asked):
                try:
                    answer = await self._connection.request(method, params)
                except RequestRefused as refused:
                    await self._watcher.call(self._outbox.refuse, number, refused.code, str(refused))
                else:
                    await self._watcher.call(self._outbox.answer, number, answer)
            self._waiting.discard("asked")

    async def _ping(self) -> None:
        while True:
            await self._renew_token()
            await asyncio.sleep(PING_EVERY)
            try:
                await self._connection.request("ping", {})
            except RequestRefused as refused:
                log.warning("The server refused a ping: %s", refused)

    async def _renew_token(self) -> None:
        """Ask for another token once a month; the former one counts until the new one is used."""
        state = self._watcher.engine.state
        since = await self._watcher.call(state.setting, "token_since")
        if time.time() - float(since or 0) < RENEW_TOKEN_AFTER:
            return
        try:
            answer = await self._connection.request("token.renew", {})
        except RequestRefused as refused:
            log.warning("The token could not be renewed: %s", refused)
            return
        if isinstance(answer, dict) and isinstance(answer.get("access_token"), str):
            await self._watcher.call(lambda: state.set(token=answer["access_token"], token_since=repr(time.time())))


def _first(group: BaseExceptionGroup[Disconnected]) -> Disconnected:
    found = group
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]  # type: ignore[assignment] # down to the first that is no group
    assert isinstance(found, Disconnected)
    return found
