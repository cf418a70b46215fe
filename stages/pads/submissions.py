"""What clients send to a pad, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from accounts.callers import Caller
from kernel.crdt.edits import Edits


@dataclass(frozen=True, slots=True, kw_only=True)
class EditsSubmission:
    """A change by position of the text at `revision`. A repeat with the same `client_ref` gets the first answer."""

    caller: Caller
    revision: int
    edits: Edits
    client_ref: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateSubmission:
    """A Yjs update for the document of `epoch`.

    It is written under the number of the caller's session, or under an earlier one of their account, `writer`.
    """

    caller: Caller
    epoch: int
    update: bytes
    writer: int | None = None
    client_ref: None = None


Submission = EditsSubmission | UpdateSubmission


@dataclass(frozen=True, slots=True)
class Accepted:
    """The revision that a submission became, or the newest one where it changed nothing.

    `missed` are the changes that an OT client applies in turn to its own text, so that it has the text of `revision`.
    """

    revision: int
    missed: tuple[Edits, ...] = ()
