"""Another site in the figures: its key, one of its people, and what it writes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import count
from typing import TYPE_CHECKING, Self

from bench.world import person, project

if TYPE_CHECKING:
    from projects.models import Project
    from stages.registers.fold.wire import WireBundle

# What a link sends at once.
AT_ONCE = 500
RECORDS = 1_000


class Abroad:
    """Another site that was admitted to a project here, and one of its people."""

    def __init__(self, made: Project, some: int) -> None:
        from tests.replication.ingest.world import Site, record

        self.site = Site(made, "Abroad").admit()
        # Each bundle is a second later than the one before, and none is of tomorrow.
        self.site.now_ms = int(time.time() * 1000) - (some + RECORDS) * 1_000
        self._values = count(1)
        self._records = [make_id() for _ in range(RECORDS)]
        self.take([self.site.write([each for one in self._records for each in record(one)])])

    @classmethod
    def in_a_project(cls, some: int) -> Self:
        """One that is admitted to a new project here."""
        from tests.registers.storing.world import Desk

        owner = person("owner")
        made = project(owner)
        Desk(made, owner.caller).create_table()
        return cls(made, some)

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
