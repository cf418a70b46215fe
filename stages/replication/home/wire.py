"""How the record crosses a link: `events.push {site, events, checkpoint, head}` → `{seq, hash}`.

An event is `{seq, at, canonical, hash}`; what it links to follows from the one before it. The checkpoint is the proof
of home: `{number, text, signature, key, seq, hash}`. Hashes, keys and signatures are lowercase hexadecimal digits.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from audit.keys.text import rfc3339
from kernel.errors import ValidationFailed

# One push has at most so many events, and texts of so many bytes; a larger event goes alone.
MAX_EVENTS: Final = 500
MAX_BYTES: Final = 1024 * 1024

_AT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)
_MAX_SEQ: Final = 2**53 - 1
_YEARS: Final = (1970, 9999)


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a chain: the number and the hash of an event. Before the first event it is 0 and empty."""

    seq: int
    hash: str

    def as_json(self) -> dict[str, Any]:
        return {"seq": self.seq, "hash": self.hash}


@dataclass(frozen=True, slots=True)
class WireEvent:
    """An event as it crosses a link."""

    seq: int
    at: datetime
    canonical: str
    hash: bytes

    def as_json(self) -> dict[str, Any]:
        return {"seq": self.seq, "at": rfc3339(self.at), "canonical": self.canonical, "hash": self.hash.hex()}


@dataclass(frozen=True, slots=True)
class Proof:
    """A checkpoint of home, and the event of the project's chain for which it vouches."""

    number: int
    text: str
    signature: bytes
    key: bytes
    seq: int
    hash: bytes

    def as_json(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "text": self.text,
            "signature": self.signature.hex(),
            "key": self.key.hex(),
            "seq": self.seq,
            "hash": self.hash.hex(),
        }


@dataclass(frozen=True, slots=True)
class Push:
    """What `events.push` brings: events that follow each other, a proof or none, and the newest event of home."""

    site: UUID
    events: tuple[WireEvent, ...]
    proof: Proof | None
    head: Position

    def as_json(self) -> dict[str, Any]:
        return {
            "site": str(self.site),
            "events": [each.as_json() for each in self.events],
            "checkpoint": self.proof.as_json() if self.proof else None,
            "head": self.head.as_json(),
        }


def read_push(params: Mapping[str, Any]) -> Push:
    """What another site sent. Raises `ValidationFailed` that names the member that is wrong."""
    site = _member(params, "site", str)
    try:
        identity = UUID(site)
    except ValueError:
        raise _wrong("site") from None
    events = read_events(_member(params, "events", list))
    checkpoint = params.get("checkpoint")
    return Push(identity, events, None if checkpoint is None else read_proof(checkpoint), read_position(params, "head"))


def read_events(values: Sequence[Any]) -> tuple[WireEvent, ...]:
    """Events as they crossed a link, each of which follows the one before it. Raises `ValidationFailed`."""
    if len(values) > MAX_EVENTS:
        raise _wrong("events")
    events = tuple(_read_event(each) for each in values)
    if any(after.seq != before.seq + 1 for before, after in pairwise(events)):
        raise _wrong("events.seq")
    return events


def read_proof(value: Any) -> Proof:
    """A checkpoint as it crossed a link; nothing of it is verified yet. Raises `ValidationFailed`."""
    if not isinstance(value, Mapping):
        raise _wrong("checkpoint")
    return Proof(
        number=_number(value, "number"),
        text=_member(value, "text", str),
        signature=_hex(value, "signature", 64),
        key=_hex(value, "key", 32),
        seq=_number(value, "seq"),
        hash=_hex(value, "hash", 32),
    )


def read_position(params: Mapping[str, Any], name: str) -> Position:
    """The member `name` of a message, `{seq, hash}`. Raises `ValidationFailed`."""
    value = params.get(name)
    if not isinstance(value, Mapping):
        raise _wrong(name)
    if value.get("seq") == 0 and value.get("hash") == "":
        return Position(0, "")
    return Position(_number(value, "seq"), _hex(value, "hash", 32).hex())


def read_moment(text: str) -> datetime | None:
    """A time as events have it; None for none, and for one that some zone of the world cannot write."""
    try:
        moment = datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=UTC) if _AT.fullmatch(text) else None
    except ValueError:
        return None
    return moment if moment is not None and _YEARS[0] <= moment.year < _YEARS[1] else None


def is_moment(value: object) -> bool:
    """Whether a value is a time as events have it."""
    return isinstance(value, str) and read_moment(value) is not None


def _read_event(value: Any) -> WireEvent:
    if not isinstance(value, Mapping):
        raise _wrong("events")
    moment = read_moment(_member(value, "at", str))
    if moment is None:
        raise _wrong("events.at")
    return WireEvent(_number(value, "seq"), moment, _member(value, "canonical", str), _hex(value, "hash", 32))


def _member(value: Mapping[str, Any], name: str, kind: type[Any]) -> Any:
    found = value.get(name)
    if type(found) is not kind:
        raise _wrong(name)
    return found


def _number(value: Mapping[str, Any], name: str) -> int:
    found = _member(value, name, int)
    if not 1 <= found <= _MAX_SEQ:
        raise _wrong(name)
    return int(found)


def _hex(value: Mapping[str, Any], name: str, size: int) -> bytes:
    found = _member(value, name, str)
    if re.fullmatch(f"[0-9a-f]{{{2 * size}}}", found) is None:
        raise _wrong(name)
    return bytes.fromhex(found)


def _wrong(name: str) -> ValidationFailed:
    return ValidationFailed({name: [_("It is not what events.push has there.")]})
