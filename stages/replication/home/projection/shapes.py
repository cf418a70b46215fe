"""What the copied events must say for this Foundry to show them, by action.

A copy keeps every event as it came, also of a home that is newer than this site, or that writes what no Foundry does.
So each projection asks for the members that it needs; an event without them is shown as one that cannot be shown here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct

from accounts.models import Person
from kernel.errors import ValidationFailed
from projects.fields import check_field_name

_Shape = TypeVar("_Shape")

# Versions and tokens are parts of addresses and are offsets of queries.
Number = Annotated[int, Meta(ge=1, le=999_999_999)]
Token = Annotated[int, Meta(ge=1)]
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
Identity = Annotated[str, Meta(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")]
_Name = Annotated[str, Meta(pattern=r"\S")]


class SharedPerson(Struct):
    """A person as events name them."""

    id: Identity
    display_name: _Name
    kind: str

    def person(self) -> Person:
        return Person(id=self.id, display_name=self.display_name, kind=self.kind)


class _Change(Struct):
    before: Digest | None
    after: Digest | None


class Saved(Struct):
    """`draft.saved`: a version."""

    version: Number
    message: str
    kind: str
    source_version: Number | None
    content_hash: str
    fields: dict[str, _Change]
    renamed: dict[str, str] | None = None

    def __post_init__(self) -> None:
        renamed = self.renamed or {}
        _require_fields([*self.fields, *renamed, *renamed.values()])


class SavedTokens(Struct):
    """`draft.saved`: the leases that the version ended."""

    version: Number
    tokens: dict[str, Token] = {}


class _Ended(Struct):
    token: Token


class Acquired(Struct):
    """`lock.acquired`, `lock.handed_over`, `lock.taken_over`: a lease, and the one that it ended."""

    field: str
    holder: SharedPerson
    ended: _Ended | None = None

    def __post_init__(self) -> None:
        _require_fields([self.field])


class Released(Struct):
    """`lock.released`: the end of a lease."""

    token: Token
    why: str


class Submitted(Struct):
    """`release.submitted`: a release."""

    name: str
    version: Number
    content_hash: str


class Signed(Struct):
    """`release.signed`: a signature; `statement` is the SHA-256 of what was sealed."""

    meaning: str
    statement: Digest
    seal: Annotated[str, Meta(pattern=r"^[0-9a-f]{128}\Z")]
    key: str


class Noted(Struct):
    """`release.notes_written`: the SHA-256 of the notes."""

    text_sha256: Digest


def fit(shape: type[_Shape], data: object) -> _Shape | None:
    """What an event says, None where it does not say what the shape asks for."""
    try:
        return msgspec.convert(data, shape)
    except msgspec.ValidationError:
        return None


def is_identity(text: str) -> bool:
    """Whether a text can be the id of a thing in an address."""
    return fit(Identity, text) is not None


def _require_fields(names: Iterable[str]) -> None:
    """Names of fields are parts of addresses and labels. Raises `ValueError`."""
    for name in names:
        try:
            check_field_name(name)
        except ValidationFailed as refusal:
            raise ValueError(refusal.detail) from refusal
