"""The format of a project's file: the JSON lines and their encoding.

Every line is the RFC 8785 text of one object with a `type`, ended by LF: the header, every blob, every piece of every
attached file, every draft, every event of the project's chain (and those of the chain `site` about the project), every
lease, every member, then the rows of the tables that apps register (`registry`). The last line holds the SHA-256 of
all bytes before it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final, get_args
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from kernel.canonical import canonical
from kernel.errors import ValidationFailed
from kernel.ijson import parse
from projects.models import Status

PROJECT_FORMAT: Final = "foundry.project/3"
# Also read. Their rows lack the columns that tables got since (`ExportedTable.added`).
FORMER_FORMATS: Final = frozenset({"foundry.project/1", "foundry.project/2"})
# The names of people in it are those at the time of the export instead of those in its events.
FORMAT_WITHOUT_RECORDED_NAMES: Final = "foundry.project/1"

# A text of 1 MiB, in which each character may take six bytes when escaped, and the other members.
MAX_LINE_BYTES: Final = 8 * 1024 * 1024

Moment = Annotated[datetime, Meta(tz=True)]
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
Number = Annotated[int, Meta(ge=0)]

_EXTENSION = re.compile(r"[a-z][a-z_]{0,39}\Z")


class ExportedPerson(Struct, forbid_unknown_fields=True, frozen=True):
    id: UUID
    display_name: str
    kind: str


class ExportedHead(Struct, forbid_unknown_fields=True, frozen=True):
    """The newest event of a chain; seq 0 and SHA-256 of its name for a chain without events."""

    seq: Number
    hash: Sha256


class ProjectFacts(Struct, forbid_unknown_fields=True, frozen=True):
    id: UUID
    name: str
    description: str
    is_private: bool
    status: str
    created_at: Moment
    created_by: ExportedPerson


class Header(Struct, forbid_unknown_fields=True, frozen=True, tag="header"):
    """What the file is of. A project of the status `replica` is at home at another site, and has this chain here."""

    format: str
    site: UUID
    exported_at: Moment
    project: ProjectFacts
    current_version: Number
    chain: ExportedHead

    @property
    def is_former(self) -> bool:
        """Whether an earlier release may have written the file."""
        return self.format in FORMER_FORMATS

    @property
    def is_replica(self) -> bool:
        """Whether the project is at home at another site than the file's."""
        return self.project.status == Status.REPLICA


class BlobLine(Struct, forbid_unknown_fields=True, frozen=True, tag="blob"):
    sha256: Sha256
    size: Number
    text: str


class PieceLine(Struct, forbid_unknown_fields=True, frozen=True, tag="piece"):
    """A part of an attached file: the bytes from `start` in Base64, with their SHA-256; `file` is that of the whole."""

    file: Sha256
    size: Number
    start: Number
    sha256: Sha256
    data: str


class FieldFacts(Struct, forbid_unknown_fields=True, frozen=True):
    sha256: Sha256
    media_type: str
    language: str | None


class DraftLine(Struct, forbid_unknown_fields=True, frozen=True, omit_defaults=True, tag="draft"):
    """A version; `renamed` (new field → old field) is there only if it renamed files."""

    id: UUID
    version: Number
    fields: dict[str, FieldFacts]
    author: ExportedPerson
    created_at: Moment
    message: str
    kind: str
    source_version: int | None
    origin: dict[str, Any] | None
    changed_fields: list[str]
    content_hash: Sha256
    renamed: dict[str, str] | None = None


class EventLine(Struct, forbid_unknown_fields=True, frozen=True, tag="event"):
    """One event of the chain; `canonical` is the text that is hashed."""

    chain: str
    seq: Number
    at: Moment
    prev_hash: Sha256
    hash: Sha256
    canonical: str


class LeaseLine(Struct, forbid_unknown_fields=True, frozen=True, tag="lease"):
    lease_id: UUID
    field: str
    token: Number
    user: ExportedPerson
    session: UUID | None
    started_at: Moment
    ended_at: Moment | None
    end_reason: str | None


class MemberLine(Struct, forbid_unknown_fields=True, frozen=True, tag="member"):
    user: ExportedPerson
    role: str
    added_at: Moment


class EndLine(Struct, forbid_unknown_fields=True, frozen=True, tag="end"):
    """The number of lines before this one, and the SHA-256 of all their bytes."""

    lines: Number
    sha256: Sha256


class ExtensionLine(Struct, frozen=True):
    """A row of a table that an app registers (`registry`)."""

    type: str
    row: dict[str, Any]


Line = Header | BlobLine | PieceLine | DraftLine | EventLine | LeaseLine | MemberLine | EndLine
FORMAT_TYPES: Final = frozenset(str(struct.__struct_config__.tag) for struct in get_args(Line))


def person(user: Any, recorded: Mapping[str, Any] | None = None) -> ExportedPerson:
    """A user with the name recorded in the event of the line, or else with the current name."""
    if recorded is not None and recorded["id"] == str(user.id):
        return ExportedPerson(user.id, recorded["display_name"], recorded["kind"])
    return ExportedPerson(user.id, user.display_name, user.kind)


def encode(line: Line) -> bytes:
    """The bytes of one line, including its LF."""
    return f"{canonical(msgspec.to_builtins(line))}\n".encode()


def encode_extension(kind: str, row: dict[str, Any]) -> bytes:
    """The bytes of the line for a row of a registered table."""
    return f"{canonical({**row, 'type': kind})}\n".encode()


def read(data: bytes, *, number: int = 1) -> Line | ExtensionLine:
    """Decode a line without its LF. Raises `ValidationFailed` if it is not in canonical form or not as specified."""
    value = parse(data, name="line", first_line=number)
    if not isinstance(value, dict) or not isinstance(value.get("type"), str):
        raise ValidationFailed({"line": ["Not an object with a type."]})
    if canonical(value).encode() != data:
        raise ValidationFailed({"line": ["Not spelled as RFC 8785 spells it."]})
    kind = value["type"]
    if kind not in FORMAT_TYPES:
        if not _EXTENSION.match(kind):
            raise ValidationFailed({"line": ["Its type is not a short lowercase name."]})
        return ExtensionLine(kind, {name: each for name, each in value.items() if name != "type"})
    try:
        line: Line = msgspec.convert(value, Line)
    except msgspec.ValidationError as error:
        raise ValidationFailed({"line": [f"Not a {kind} line: {error}."]}) from None
    return line


def moment(at: datetime) -> datetime:
    """A database time in UTC, as it is encoded in lines."""
    return at.astimezone(UTC)
