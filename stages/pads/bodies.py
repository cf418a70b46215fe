"""Pads and their revisions as REST and the gateway show them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from audit.keys.text import rfc3339
from stages.pads.authors import Run
from stages.pads.log import as_base64, edit_bodies, microseconds, read_edits
from stages.pads.models import Pad, Revision, Writer

if TYPE_CHECKING:
    from stages.pads.loading import PadText
    from stages.pads.services.storing import NewRevision
    from stages.pads.submissions import Accepted


def pad_body(pad: Pad) -> dict[str, Any]:
    """A pad without its text."""
    return {
        "id": pad.id,
        "project_id": pad.project_id,
        "name": pad.name,
        "language": pad.language,
        "target_field": pad.target_field or None,
        "created_at": pad.created_at,
        "created_by": pad.created_by.person(),
        "closed_at": pad.closed_at,
        "changed_at": pad.changed_at,
        "head": pad.head,
        "epoch": pad.epoch,
        "length": pad.length,
        "size": pad.size,
    }


def change_body(row: NewRevision, at: datetime) -> dict[str, Any]:
    """A revision as clients get it that apply it to their own text."""
    return {
        "revision": row.revision,
        "writer": row.writer,
        "at": rfc3339(at),
        "edits": edit_bodies(row.edits),
        "update": as_base64(row.update),
        "credits": run_bodies(row.credited),
    }


def stored_change_body(row: Revision) -> dict[str, Any]:
    """The same of one that was read again."""
    return {
        "revision": row.revision,
        "writer": row.writer,
        "at": rfc3339(row.at),
        "edits": edit_bodies(read_edits(row.edits)),
        "update": as_base64(row.update),
        "credits": row.credits,
    }


def since_body(row: Revision) -> dict[str, Any]:
    """The same for clients that read on from a revision: with its epoch, because a renewal may lie between."""
    return {**stored_change_body(row), "epoch": row.epoch}


def log_body(row: Revision) -> dict[str, Any]:
    """A revision as it is hashed (`stages.pads.log`)."""
    return {
        "revision": row.revision,
        "epoch": row.epoch,
        "user_id": row.user_id,
        "writer": row.writer,
        "at": microseconds(row.at),
        "edits": edit_bodies(read_edits(row.edits)),
        "update": as_base64(row.update),
        "credits": row.credits,
    }


def accepted_body(accepted: Accepted) -> dict[str, Any]:
    """The answer to a change; `missed` only for who was behind."""
    missed = {"missed": [edit_bodies(edits) for edits in accepted.missed]} if accepted.missed else {}
    return {"revision": accepted.revision, **missed}


def text_body(pad_id: UUID, found: PadText) -> dict[str, Any]:
    """A text with its authors: runs of writers' numbers, and who the writers are. One query."""
    runs = found.authors.runs
    return {
        "revision": found.revision,
        "epoch": found.epoch,
        "text": found.text,
        "authors": run_bodies(runs) or [],
        "writers": writer_bodies(pad_id, {number for number, _count in runs}),
    }


def run_bodies(runs: Iterable[Run] | None) -> list[list[int]] | None:
    """Runs as `[[writer, length], …]`."""
    return None if runs is None else [[number, count] for number, count in runs]


def writer_bodies(pad_id: UUID, numbers: Collection[int]) -> list[dict[str, Any]]:
    """Who some writers are, by number. Writer 0 is nobody: the text that a pad began with. One query."""
    writers = Writer.objects.filter(pad=pad_id, number__in=numbers).select_related("user").order_by("number")
    return [{"number": each.number, "user": each.user.person() if each.user else None} for each in writers]


def numbers_in(changes: Iterable[dict[str, Any]]) -> set[int]:
    """The writers that bodies of changes name."""
    found = set()
    for change in changes:
        found.add(change["writer"])
        found.update(number for number, _count in change["credits"] or ())
    return found
