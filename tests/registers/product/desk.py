"""A person at a site in memory, who uses verbs as the product does: checked, then written as one bundle."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

from stages.registers import verbs
from stages.registers.checking import check_payloads
from stages.registers.fold.acts import Acts
from stages.registers.fold.bundles import Bundle
from stages.registers.fold.definition import replay
from stages.registers.fold.ids import schema_id
from stages.registers.fold.payloads import Payload
from stages.registers.fold.views import Record
from stages.registers.schema import Column, Option, Schema
from tests.registers.fold.network import Replica
from tests.registers.fold.writing import PROJECT

STATUS = (Option("open", "Open"), Option("done", "Done"))
REQUIREMENTS = (
    Column("title", traced=True),
    Column("prio", "integer"),
    Column("due", "date"),
    Column("status", "enum", options=STATUS),
    Column("body", crdt=True),
    Column("code", unique=True),
)


class Desk(Replica):
    """One site and its person."""

    def __init__(self, name: str = "A", ids: Any = None) -> None:
        super().__init__(name, ids or itertools.count(1))

    @property
    def schema(self) -> Schema:
        return Schema.read(self.storage, PROJECT)

    def do(self, verb: Callable[..., Any], *args: Any, **named: Any) -> Any:
        """Do what a verb says; answer what it answers besides payloads."""
        self.now_ms += 1
        found = verb(Acts(self.increment), self.schema, *args, **named)
        payloads, rest = found, None
        if isinstance(found, verbs.WrittenRows):
            payloads, rest = found.payloads, found.records
        elif isinstance(found, tuple):
            payloads, rest = found
        self.write_checked(payloads)
        return rest

    def write_checked(self, payloads: Sequence[Payload]) -> Bundle | None:
        check_payloads(self.increment, self.schema, payloads)
        bundle = self.act(payloads)
        assert replay(self.storage.by_range()).hash == self.increment.state().hash
        return bundle

    def sync(self, other: Desk) -> None:
        for source, target in ((self, other), (other, self)):
            for bundle in source.storage.lacking(target.storage.clock()):
                target.receive(bundle)

    def begin(self) -> None:
        """Requirements with keys, risks without."""
        self.do(verbs.create_table, "requirements", key_prefix="REQ", columns=REQUIREMENTS)
        self.do(verbs.create_table, "risks", columns=[Column("title"), Column("prio", "integer")])

    def create(self, facet: str = "requirements", **values: Any) -> str:
        records: list[str] = self.do(verbs.create_records, facet, [values])
        return records[0]

    def set(self, record: str, name: str, value: Any, *, facet: str = "requirements", **named: Any) -> None:
        self.do(verbs.set_fields, [verbs.Cell(record, facet, name, value, **named)])

    def record(self, record: str) -> Record:
        found = self.storage.records.get(self.increment.identity.root(record))
        assert found is not None
        return found

    def shown(self, record: str, facet: str = "requirements") -> dict[str, Any]:
        found = self.record(record)
        texts = found.texts.get(facet, {})
        return {name: each.value for name, each in found.fields[facet].items()} | dict(texts)

    def tips(self, record: str, name: str, facet: str = "requirements") -> tuple[str, ...]:
        shown = self.record(record).fields[facet].get(name)
        return tuple(tip.op_id for tip in shown.tips) if shown else ()

    def link(self, source: str, target: str, type_: str | None = None, **named: Any) -> str:
        edge = self.new_id()
        self.do(verbs.link, edge, source=source, target=target, type_=type_, **named)
        return edge

    def entity_of(self, facet: str, *names: str) -> str:
        return schema_id(PROJECT, facet, *names)
