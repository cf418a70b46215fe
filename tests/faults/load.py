"""People who write all the time, and the count of what they were told."""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from secrets import token_hex
from time import monotonic
from typing import Any
from uuid import uuid4

from foundry_site.launcher.nodes import NodeProcess
from tests.faults.client import PAUSE, Client, LostError, RefusedError, until
from tests.faults.fault_cluster import TTL, FaultCluster
from tests.faults.rest import RestClient

RENEW_AFTER = TTL / 3
# What the protocol answers to somebody whose lock has ended.
FENCED = frozenset({"stale_token", "lock_not_held", "stale_base"})


@dataclass(frozen=True, slots=True)
class Attempt:
    """One save as it is sent, and sent again with the same `client_ref` until its outcome is known."""

    field: str
    text: str
    token: int
    base: int
    client_ref: str = dataclasses.field(default_factory=lambda: str(uuid4()))

    def parameters(self) -> dict[str, Any]:
        content = self.text if self.field == "prompt_text" else {"language": None, "content": self.text}
        return {
            "base_version": self.base,
            "changes": {self.field: content},
            "tokens": {self.field: self.token},
            "client_ref": self.client_ref,
        }


@dataclass(frozen=True, slots=True)
class Refusal:
    """A save that was not accepted."""

    attempt: Attempt
    code: str
    working_copy: str | None


@dataclass
class Tally:
    """Everything that the writers of one test were told."""

    acknowledged: dict[Attempt, int] = dataclasses.field(default_factory=dict)
    refused: list[Refusal] = dataclasses.field(default_factory=list)
    unavailable: Counter[str] = dataclasses.field(default_factory=Counter)
    lost: int = 0

    async def grows_by(self, count: int) -> None:
        """Wait until so many more saves are acknowledged."""
        goal = len(self.acknowledged) + count
        await until(lambda: len(self.acknowledged) >= goal, f"{count} more saves acknowledged")

    async def is_told_unavailable(self, *interfaces: str) -> None:
        """Wait until somebody through each of these interfaces has been refused because something is away."""
        before = self.unavailable.copy()
        await until(
            lambda: all(self.unavailable[each] > before[each] for each in interfaces),
            f"{' and '.join(interfaces)} say that something is away",
        )

    def check_against(self, cluster: FaultCluster, project_id: str) -> None:
        """What was acknowledged is there exactly once, as told; what was refused is not; nothing else is."""
        there = Counter((each.version, each.field, each.text) for each in cluster.saved_texts(project_id))
        told = Counter((version, each.field, each.text) for each, version in self.acknowledged.items())
        assert there == told
        refused = {each.attempt.text for each in self.refused}
        assert refused.isdisjoint(text for _, _, text in there)
        versions = cluster.versions(project_id)
        assert versions == list(range(1, len(versions) + 1))

    def check_bases(self) -> None:
        """Of all saves of a field made from one version, one at most was accepted."""
        bases = Counter((each.field, each.base) for each in self.acknowledged)
        assert [base for base, count in bases.items() if count > 1] == []


class Writer:
    """Takes a field, saves it some times, gives it back, begins again; does not rest until each outcome is known.

    Its texts are different each time, at least `size` characters long, and cannot be compressed.
    """

    def __init__(
        self,
        client: Client | RestClient,
        nodes: Sequence[NodeProcess],
        field_name: str,
        tally: Tally,
        *,
        saves: int = 3,
        size: int = 0,
    ) -> None:
        self.client = client
        self.field = field_name
        self.interface = "rest" if isinstance(client, RestClient) else "gateway"
        self._nodes = nodes
        self._tally = tally
        self._saves = saves
        self._size = size
        self._token: int | None = None
        self._base = 0
        self._left = 0
        self._attempt: Attempt | None = None
        self._renewed_at = 0.0
        self._numbers = itertools.count(1)

    async def holds_its_field(self) -> None:
        """Wait until it has saved once more with a lock that it goes on holding."""
        saved = self._base
        await until(lambda: self._token is not None and self._base > saved, f"{self.field} is held and saved")

    async def run(self, enough: asyncio.Event) -> None:
        while not enough.is_set() or self._attempt is not None:
            try:
                if not self.client.is_open:
                    await self.client.open_at_any(self._nodes)
                if self._token is None and self._attempt is None:
                    await self._take()
                else:
                    await self._save()
            except LostError:
                self._tally.lost += 1
                await asyncio.sleep(PAUSE)
            except RefusedError as refusal:
                await self._refused(refusal)

    async def _take(self) -> None:
        lock = await self.client.call("lock.acquire", field=self.field)
        self._token, self._base, self._left = lock["token"], lock["version"], self._saves
        self._renewed_at = monotonic()

    async def _save(self) -> None:
        if self._attempt is None:
            assert self._token is not None
            if monotonic() - self._renewed_at > RENEW_AFTER:
                # A lost one shows at the save, which is what is tested here; so does one that Redis could not renew.
                self._renewed_at = monotonic()
                await self.client.call("lock.renew", fields=[self.field])
            text = f"{self.client.person.username} {self.field} {next(self._numbers)} {token_hex(8 + self._size // 2)}"
            self._attempt = Attempt(self.field, text, self._token, self._base)
        draft = await self.client.call("draft.save", **self._attempt.parameters())
        self._tally.acknowledged[self._attempt] = self._base = draft["version_number"]
        self._attempt = None
        self._left -= 1
        if self._left <= 0:
            self._token = None
            await self.client.call("lock.release", field=self.field)

    async def _refused(self, refusal: RefusedError) -> None:
        if refusal.number == 503:
            assert refusal.code == "unavailable", refusal
            assert refusal.problem["retry_after"] > 0
            self._tally.unavailable[self.interface] += 1
            await asyncio.sleep(PAUSE)
        elif self._attempt is None and refusal.code in {"lock_held", "lock_not_held"}:
            self._token = None
            await asyncio.sleep(PAUSE)
        elif self._attempt is not None and refusal.code in FENCED:
            self._tally.refused.append(Refusal(self._attempt, refusal.code, refusal.problem.get("working_copy")))
            self._attempt = self._token = None
        else:
            raise refusal


@asynccontextmanager
async def writing(*writers: Writer) -> AsyncIterator[None]:
    """Let them write while the test goes on; at the end wait until each knows what became of its last save."""
    enough = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for writer in writers:
            group.create_task(writer.run(enough))
        try:
            yield
        finally:
            enough.set()


async def leave_all(clients: Sequence[Client]) -> None:
    """Everybody says good-bye, from wherever they are."""
    await asyncio.gather(*(client.leave() for client in clients))
