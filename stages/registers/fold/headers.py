"""The header of a bundle: whose it is, its place in the site's chain, and what the site had seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from kernel.canonical import canonical
from stages.registers.fold.clocks import check_clock
from stages.registers.fold.errors import Malformed
from stages.registers.fold.members import (
    check_hex32,
    check_id,
    check_integer,
    check_object,
    check_uuid,
    check_version,
)
from stages.registers.fold.texts import read_canonical, sha256

TYPE: Final = "operation_bundle"
VERSION: Final = 1
MAX_OPERATIONS: Final = 10_000
# A thousand entries of a clock and what is beside them.
MAX_BYTES: Final = 128 * 1024

_MEMBERS: Final = ("type", "v", "project", "bundle_id", "site_key", "number", "prev", "saw", "count", "undoes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The header of a bundle.

    A site's bundles of a project are `number` 1, 2, 3 …; `prev` is the hash of its bundle before, None for the first.
    `saw` are the entries of the site's vector clock that have changed since that bundle, its own left out. `count` is
    the number of operations, `undoes` the id of the bundle that this one takes back.
    """

    project: str
    bundle_id: str
    site_key: str
    number: int
    prev: str | None
    saw: Mapping[str, str]
    count: int
    undoes: str | None = None

    @property
    def text(self) -> str:
        """The canonical text."""
        return canonical({"type": TYPE, "v": VERSION, **{name: getattr(self, name) for name in _MEMBERS[2:]}})

    @property
    def hash(self) -> str:
        """SHA-256 of the text, which each operation of the bundle names."""
        return sha256(self.text)


def read_header(text: str) -> Header:
    """The header of a text. Raises `Malformed`."""
    value: dict[str, Any] = check_object(read_canonical(text, MAX_BYTES), "", _MEMBERS)
    if value["type"] != TYPE:
        raise Malformed("type", "not {type}", type=TYPE)
    check_version(value, VERSION)
    number = check_integer(value["number"], "number", least=1)
    if (number == 1) != (value["prev"] is None):
        raise Malformed("prev", "null for the first bundle of a site, and for no other")
    site_key = check_hex32(value["site_key"], "site_key")
    saw = check_clock(value["saw"], "saw")
    if site_key in saw:
        raise Malformed("saw", "names the site itself")
    return Header(
        project=check_uuid(value["project"], "project"),
        bundle_id=check_id(value["bundle_id"], "bundle_id"),
        site_key=site_key,
        number=number,
        prev=None if value["prev"] is None else check_hex32(value["prev"], "prev"),
        saw=saw,
        count=check_integer(value["count"], "count", least=1, most=MAX_OPERATIONS),
        undoes=None if value["undoes"] is None else check_id(value["undoes"], "undoes"),
    )
