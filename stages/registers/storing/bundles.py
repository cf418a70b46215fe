"""Bundles and operations of the log as Postgres has them, read no further than they are looked at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import Any, Final

from kernel.statements import run
from stages.registers.fold.bundles import Bundle, SignedBundle
from stages.registers.fold.clocks import Clock
from stages.registers.fold.headers import Header
from stages.registers.fold.operations import Operation, Order, SignedText
from stages.registers.fold.payloads import read_payload
from stages.registers.storing.spelling import of_text

_OPERATIONS: Final = """
SELECT bundle_id, text, signature FROM registers_operation WHERE bundle_id = ANY(%s) ORDER BY bundle_id, position
"""


def signed_text(text: str) -> SignedText:
    """What the text of an operation says that was checked before it was stored."""
    found = of_text(text)
    return SignedText(
        header=found["header"],
        bundle_id=found["bundle_id"],
        op_id=found["op_id"],
        hlc=found["hlc"],
        actor_id=found["actor_id"],
        payload=read_payload(found["payload"]),
        source=found.get("source"),
    )


def operation_of_text(text: str, site: str, clock: Clock) -> Operation:
    """The operation of a text, in a bundle of a site with this full clock."""
    found = signed_text(text)
    return Operation(
        hlc=found.hlc,
        op_id=found.op_id,
        site=site,
        actor_id=found.actor_id,
        bundle_id=found.bundle_id,
        payload=found.payload,
        clock=clock,
        source=found.source,
    )


class StoredBundle(Bundle):
    """A bundle of the log. Its operations are read when they are asked for; `operations_of` reads those of several."""

    def __init__(self, row: tuple[Any, ...]) -> None:
        arrival, header, digest, site, clock, hlc, first_hlc, first_op = row
        mine = vars(self)
        mine["arrival"] = arrival
        mine["header_text"] = header
        mine["hash"] = bytes(digest).hex()
        mine["site"] = bytes(site).hex()
        mine["clock_text"] = clock
        mine["last_hlc"] = bytes(hlc).hex()
        mine["first"] = (bytes(first_hlc).hex(), str(first_op), mine["site"])
        mine["rows"] = None

    arrival: int
    header_text: str
    site: str
    clock_text: str
    last_hlc: str
    # The canonical order of its first operation.
    first: Order
    rows: list[tuple[str, bytes]] | None

    @cached_property
    def header(self) -> Header:
        found = of_text(self.header_text)
        return Header(**{name: value for name, value in found.items() if name not in ("type", "v")})

    @cached_property
    def clock(self) -> Clock:
        return of_text(self.clock_text)  # type: ignore[no-any-return]

    @property
    def hlc(self) -> str:
        return self.last_hlc

    @cached_property
    def signed(self) -> SignedBundle:
        if self.rows is None:
            operations_of([self])
        rows = self.rows or []
        texts = tuple(text for text, _signature in rows)
        signatures = tuple(signature for _text, signature in rows)
        return SignedBundle(self.header, self.header_text, tuple(map(signed_text, texts)), texts, signatures)


def read_bundle_row(row: tuple[Any, ...]) -> StoredBundle:
    return StoredBundle(row)


def operations_of(bundles: Iterable[StoredBundle]) -> None:
    """Read the operations of several bundles at once."""
    wanted = {each.arrival: each for each in bundles if each.rows is None}
    found: dict[int, list[tuple[str, bytes]]] = defaultdict(list)
    for arrival, text, signature in run((_OPERATIONS, [list(wanted)])):
        found[arrival].append((text, bytes(signature)))
    for arrival, bundle in wanted.items():
        vars(bundle)["rows"] = found[arrival]
