"""r5 to r8: what another site wrote comes in, by itself, over a link, to a browser there, over several links."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import count
from typing import TYPE_CHECKING

from django.apps import apps

from bench.figure import Figure, Goal, compared, in_turn, seconds
from bench.world import person, project

if TYPE_CHECKING:
    from stages.registers.fold.bundles import SignedBundle
    from stages.registers.fold.wire import WireBundle

STAGE = "stages.replication"
BUNDLES = 10_000
# What a link sends at once.
AT_ONCE = 500
RECORDS = 1_000


def measure(wanted: set[str], *, quick: bool) -> list[Figure]:
    """Those of r5 to r8 that are wanted; none, which is said, where the stage is not installed."""
    if not apps.is_installed(STAGE):
        named = ", ".join(sorted(wanted))
        print(f"LEFT OUT: {named}. They need the stage `replication`, which FOUNDRY_STAGES leaves out.")
        return []
    rounds, bundles = (2, BUNDLES // 10) if quick else (3, BUNDLES)
    figures = []
    if "r5" in wanted:
        figures.append(_ingest(rounds, bundles))
    return figures


class Abroad:
    """Another site that was admitted to a project here, and one of its people."""

    def __init__(self, some: int) -> None:
        from tests.registers.storing.world import Desk
        from tests.replication.ingest.world import Site, record

        owner = person("owner")
        self.project = project(owner)
        Desk(self.project, owner.caller).create_table()
        self.site = Site(self.project, "Basel").admit()
        # Each bundle is a second later than the one before, and none is of tomorrow.
        self.site.now_ms = int(time.time() * 1000) - (some + RECORDS) * 1_000
        self._values = count(1)
        self._records = [make_id() for _ in range(RECORDS)]
        self.take([self.site.write([each for one in self._records for each in record(one)])])

    def write(self, some: int) -> list[WireBundle]:
        """So many bundles of one operation each: the title of one record after the other."""
        from stages.registers.fold.payloads import SetField
        from tests.registers.storing.world import REQ

        values = [(self._records[at % RECORDS], f"Value {at}") for at in (next(self._values) for _ in range(some))]
        return [self.site.write([SetField(record, REQ, "title", value)]) for record, value in values]

    def take(self, bundles: Sequence[WireBundle]) -> None:
        """Let them in, as many at once as a link sends."""
        for at in range(0, len(bundles), AT_ONCE):
            each = bundles[at : at + AT_ONCE]
            taken = self.site.send(*each)
            assert taken.accepted == len(each), taken


def make_id() -> str:
    from uuid_utils.compat import uuid7

    return str(uuid7())


def _ingest(rounds: int, bundles: int) -> Figure:
    abroad = Abroad(bundles * (rounds + 1))
    first = abroad.write(bundles)
    abroad.take(first)
    read = [each.read() for each in first]

    def ingest() -> float:
        sent = abroad.write(bundles)
        return bundles / seconds(lambda: abroad.take(sent))

    pairs = in_turn(rounds, ingest, lambda: bundles / seconds(lambda: _verify(read)))
    notes = [
        f"{bundles:,} bundles of one operation, {AT_ONCE} at once.",
        "Baseline: libsodium verifies their signatures, one after the other.",
    ]
    return compared("r5", "Bundles of another site come in", "bundles/s", Goal(">=", 0.2), pairs, notes=notes)


def _verify(bundles: Sequence[SignedBundle]) -> None:
    assert not any(each.wrong_signature() is not None for each in bundles)
