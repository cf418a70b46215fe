"""What each command takes, typed: msgspec decodes and checks in one go. Unknown members are refused as misspellings."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

import msgspec

# What a double, and so every JSON client, holds exactly.
Number = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]


# Sections of one change. More come only of replacing everywhere at once: watchers then ask for the text.
MAX_SECTIONS: Final = 2000


class Nothing(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """For commands without parameters."""


class OneField(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    field: str


class Fields(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    fields: Annotated[list[str], msgspec.Meta(max_length=500)]


class Recipient(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`to` is a session."""

    field: str
    to: UUID


class Asking(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    field: str
    message: str = ""


class TakeOver(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    field: str
    reason: str


class Save(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """As REST has it, without the session: that is the socket's."""

    base_version: Number
    changes: dict[str, msgspec.Raw]
    tokens: dict[str, Number]
    revisions: dict[str, Number] = msgspec.field(default_factory=dict)
    message: str = ""
    release_locks: bool = False
    client_ref: UUID | None = None


class ChangedFiles(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """As REST has it, without the session. `renames` are new field → old field."""

    base_version: Number
    changes: dict[str, msgspec.Raw] = msgspec.field(default_factory=dict)
    renames: dict[str, str] = msgspec.field(default_factory=dict)
    message: str = ""
    client_ref: UUID | None = None


class KeptText(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    field: str
    token: Number
    revision: Number
    content: str


class StagedValue(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One value for a proposal; `revision` is the stored one of its target, 0 where nothing is staged for it."""

    proposal_id: UUID
    target: str
    base_version: Number
    revision: Number
    value: msgspec.Raw


class Typing(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`changes` are CodeMirror's: a number keeps so many code units, `[deleted, line, line …]` replaces some.

    How much they may insert in all is checked by `presence.services.show_typing`.
    """

    field: str
    token: Number
    revision: Number
    changes: Annotated[list[Number | list[Number | str]], msgspec.Meta(max_length=MAX_SECTIONS)]


class Cursor(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A selection in UTF-16 code units; `field` is null where the person has left the fields."""

    field: str | None = None
    anchor: Number = 0
    head: Number = 0


class Since(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    after: Number


class OneTopic(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    topic: str


class TopicSince(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`after` is the number that the client has; without it, it gets what is new from now on."""

    topic: str
    after: Number | None = None
