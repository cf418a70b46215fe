"""What a client gets that opens a pad: the text, or the document, or what it missed."""

from __future__ import annotations

import zlib
from typing import Any, Final, Literal
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import Caller
from kernel.errors import NotFound, PermissionDenied, ProjectFrozen
from kernel.statements import run
from kernel.transactions import one_moment
from projects.access import get_project
from stages.pads.bodies import numbers_in, run_bodies, since_body, writer_bodies
from stages.pads.errors import PadClosed
from stages.pads.loading import read_text
from stages.pads.log import as_base64
from stages.pads.models import Pad, Writer
from stages.pads.reading import load_pad
from stages.pads.services.snapshots import keep_snapshot
from stages.pads.services.writers import open_writer
from stages.pads.sizes import are_updates_large, next_revisions

Dialect = Literal["yjs", "text"]

_STATE: Final = """
SELECT revision, state FROM pads_snapshot
WHERE pad_id = %s AND epoch = %s AND state <> '' ORDER BY revision DESC LIMIT 1
"""
_UPDATES: Final = """
SELECT revision, "update" FROM pads_revision WHERE pad_id = %s AND epoch = %s AND revision > %s ORDER BY revision
"""
# More missed revisions than these are not sent one by one.
MAX_MISSED: Final = 2_000
# So many people are named who are there and have not written.
MAX_CONNECTED: Final = 300


def open_pad(
    *, caller: Caller, project_id: UUID, pad_id: UUID, dialect: Dialect, epoch: int | None, after: int | None
) -> dict[str, Any]:
    """Give the caller's session its number, and read the pad: all of it, or what is newer than `after`.

    Who may only watch has no number. Raises `NotFound`, also for a pad of another project than the socket's.
    """
    pad = load_pad(pad_id)
    if pad.project_id != project_id:
        raise NotFound(_("Pad not found."))
    access = get_project(user=caller.user, project_id=project_id)
    writer = _writer(caller, pad_id)
    if are_updates_large(pad_id):
        keep_snapshot(pad_id=pad_id)
    with one_moment():
        pad = load_pad(pad_id)
        missed = _missed(pad, epoch, after, writer)
        state = _whole(pad, dialect, writer) if missed is None else missed
    facts = {"writer": writer, "role": str(access.role), "is_closed": pad.is_closed}
    return {**facts, "epoch": pad.epoch, "revision": pad.head, **state}


def changes_since(*, caller: Caller, pad_id: UUID, after: int, limit: int) -> dict[str, Any]:
    """The next revisions after one, and whether there are more. Raises `NotFound`."""
    pad = load_pad(pad_id)
    get_project(user=caller.user, project_id=pad.project_id)
    changes = [since_body(row) for row in next_revisions(pad_id, after, limit)]
    more = bool(changes) and changes[-1]["revision"] < pad.head
    return {"writers": writer_bodies(pad_id, numbers_in(changes)), "changes": changes, "more": more}


def _writer(caller: Caller, pad_id: UUID) -> int | None:
    try:
        return open_writer(caller=caller, pad_id=pad_id)
    except (PermissionDenied, ProjectFrozen, PadClosed):
        return None


def _missed(pad: Pad, epoch: int | None, after: int | None, own: int | None) -> dict[str, Any] | None:
    """What is newer than what the client has; None where it is of another document, or too much."""
    if epoch != pad.epoch or after is None or not 0 <= pad.head - after <= MAX_MISSED:
        return None
    changes = [since_body(row) for row in next_revisions(pad.id, after, MAX_MISSED)]
    if (changes[-1]["revision"] if changes else after) < pad.head:
        return None
    crc = zlib.crc32(read_text(pad.id, pad.head).text.encode())
    return {
        "changes": changes,
        "writers": writer_bodies(pad.id, numbers_in(changes) | (_connected(pad.id) - {own})),
        "crc": crc,
    }


def _whole(pad: Pad, dialect: Dialect, own: int | None) -> dict[str, Any]:
    found = read_text(pad.id, pad.head)
    runs = found.authors.runs
    text = {"text": found.text} if dialect == "text" else {"updates": _updates(pad)}
    writers = writer_bodies(pad.id, {number for number, _count in runs} | (_connected(pad.id) - {own}))
    return {**text, "authors": run_bodies(runs), "writers": writers, "crc": zlib.crc32(found.text.encode())}


def _connected(pad_id: UUID) -> set[int]:
    """The numbers of sessions that opened the pad last and are not gone: their cursors come with numbers only."""
    found = Writer.objects.filter(pad=pad_id, session__connection__gt=0, session__disconnected_at=None)
    return set(found.order_by("-number").values_list("number", flat=True)[:MAX_CONNECTED])


def _updates(pad: Pad) -> list[str]:
    """The Yjs document as updates, in base64: the state of the newest snapshot, and what came since."""
    # Read as they are: as text, a state would take twice as many bytes on the way, and longer to parse.
    states = run((_STATE, [pad.id, pad.epoch]), binary=True)
    after = states[0][0] if states else 0
    updates = run((_UPDATES, [pad.id, pad.epoch, after]), binary=True)
    return [as_base64(data) for _revision, data in (*states, *updates)]
