"""People at several sites, whose bundles come to a project in Postgres as those of other sites do."""

from __future__ import annotations

import itertools
from typing import Any, Final

from projects.models import Project
from stages.registers import verbs
from stages.registers.fold.hlc import make_hlc
from stages.registers.reading.reader import Reader
from stages.registers.schema import Column, Option, Relation
from stages.registers.services.duplicates import renew_duplicates
from stages.registers.storing.increment import StoredIncrement
from stages.registers.storing.storage import PostgresStorage
from tests.registers.product.desk import Desk

REQUIREMENTS: Final = (
    Column("title", traced=True),
    Column("status", "enum", options=(Option("blocked", "Blocked"), Option("done", "Done"), Option("new", "New"))),
    Column("within", "duration"),
    Column("body", crdt=True, traced=True),
)
# Monday, 30 November 2026, 09:00 UTC.
BEGIN_MS: Final = 1_796_029_200_000


class Sites:
    """Desks A, B and C, which see each other's work when they meet; `store` brings all of it to the project."""

    def __init__(self, project: Project) -> None:
        self.project = project
        ids = itertools.count(1)
        self.desks = [Desk(name, ids) for name in "ABC"]
        for desk in self.desks:
            desk.now_ms = BEGIN_MS
        a = self.a
        a.do(verbs.create_table, "requirements", title="Requirements", key_prefix="REQ", columns=REQUIREMENTS)
        a.do(verbs.create_table, "tests", title="Test cases", key_prefix="TST", columns=[Column("title", traced=True)])
        relation = Relation("verifies", "verifies", "verified by", source="tests", target="requirements")
        a.do(verbs.add_relation, relation)
        self.meet()

    @property
    def a(self) -> Desk:
        return self.desks[0]

    @property
    def b(self) -> Desk:
        return self.desks[1]

    @property
    def c(self) -> Desk:
        return self.desks[2]

    def pass_time(self, ms: int = 60_000) -> None:
        """Later, at all sites."""
        now = max(desk.now_ms for desk in self.desks) + ms
        for desk in self.desks:
            desk.now_ms = now

    def meet(self) -> None:
        """All see what all wrote."""
        for one, other in itertools.permutations(self.desks, 2):
            one.sync(other)
        self.pass_time()

    def create(self, facet: str = "requirements", **values: Any) -> str:
        record = self.a.create(facet, **values)
        self.pass_time()
        return record

    def link(self, test: str, requirement: str) -> str:
        edge = self.a.link(test, requirement, "verifies")
        self.pass_time()
        return edge

    def store(self, *desks: Desk) -> Reader:
        """Bring everything, or what these desks have, to the project, and read it."""
        increment = StoredIncrement(PostgresStorage(self.project.id))
        known = increment.storage.clock()
        for bundle in sorted(
            {each.hash: each for desk in desks or self.desks for each in desk.storage.lacking(known)}.values(),
            key=lambda each: each.operations[0].order,
        ):
            increment.add(bundle)
        increment.storage.flush()
        renew_duplicates(self.project.id)
        return Reader(self.project.id)


def hlc_of(ms: int) -> str:
    return make_hlc(ms)
