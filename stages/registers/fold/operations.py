"""Operations: the text that is signed, and what it becomes in the fold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from kernel.canonical import canonical
from stages.registers.fold.clocks import Clock, covers
from stages.registers.fold.errors import Malformed
from stages.registers.fold.hlc import check_hlc
from stages.registers.fold.members import check_hex32, check_id, check_object, check_text, check_version
from stages.registers.fold.payloads import Payload, read_payload
from stages.registers.fold.texts import read_canonical

TYPE: Final = "operation"
VERSION: Final = 1
# A bundle's limit: one operation may fill it.
MAX_BYTES: Final = 8 * 1024 * 1024
MAX_SOURCE: Final = 200

_MEMBERS: Final = ("type", "v", "header", "bundle_id", "op_id", "hlc", "actor_id", "payload")
_SOURCE: Final = re.compile(r"[a-z_]{1,32}")

# The canonical order of operations.
Order = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedText:
    """What the text of an operation says; `header` is the hash of its bundle's header, `actor_id` a public key.

    `source` says which rule or script wrote it for its person, such as `{"rule": "…"}`. It is a member of the
    operation, because payloads have a `source` of their own.
    """

    header: str
    bundle_id: str
    op_id: str
    hlc: str
    actor_id: str
    payload: Payload
    source: Mapping[str, str] | None = None

    @property
    def text(self) -> str:
        """The canonical text, which the actor signs."""
        value: dict[str, Any] = {name: getattr(self, name) for name in _MEMBERS[2:-1]}
        value |= {"type": TYPE, "v": VERSION, "payload": self.payload.to_json()}
        if self.source is not None:
            value["source"] = self.source
        return canonical(value)


def read_operation(text: str) -> SignedText:
    """What the text of an operation says. Raises `Malformed`."""
    value = check_object(read_canonical(text, MAX_BYTES), "", _MEMBERS, ("source",))
    if value["type"] != TYPE:
        raise Malformed("type", "not {type}", type=TYPE)
    check_version(value, VERSION)
    return SignedText(
        header=check_hex32(value["header"], "header"),
        bundle_id=check_id(value["bundle_id"], "bundle_id"),
        op_id=check_id(value["op_id"], "op_id"),
        hlc=check_hlc(value["hlc"], "hlc"),
        actor_id=check_hex32(value["actor_id"], "actor_id"),
        payload=read_payload(value["payload"]),
        source=_check_source(value["source"]) if "source" in value else None,
    )


def _check_source(value: object) -> dict[str, str]:
    if not isinstance(value, dict) or len(value) != 1:
        raise Malformed("source", "not an object with one member")
    for name, each in value.items():
        if not _SOURCE.fullmatch(name):
            raise Malformed("source", "not a name of 1 to 32 lowercase letters")
        check_text(each, f"source.{name}", MAX_SOURCE)
    return value


@dataclass(frozen=True, eq=False)
class Operation:
    """An operation in the fold: of a site, within a bundle that had seen what its full `clock` covers.

    It is later than everything its clock covers, and a site's operations have rising HLCs: bundles that break that are
    malformed (`bundles.check_follows`).
    """

    hlc: str
    op_id: str
    site: str
    actor_id: str
    bundle_id: str
    payload: Payload
    clock: Clock = field(repr=False)
    source: Mapping[str, str] | None = None

    @cached_property
    def order(self) -> Order:
        """Where it is in the canonical order: by HLC, then id; two sites that use one id twice, by site."""
        return self.hlc, self.op_id, self.site

    def had_seen(self, other: Operation) -> bool:
        """Whether who wrote this knew of `other`: it is earlier at the same site, or covered by the clock."""
        if other.site == self.site:
            return other.hlc < self.hlc
        return covers(self.clock, other.site, other.hlc)
