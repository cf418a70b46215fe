"""Promoting a part of a pad into a field: the next version of a project, saved under the field's lock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from uuid import UUID

from accounts.callers import Caller
from drafts.models import Draft
from drafts.new_versions import NewVersion
from drafts.services import save_draft
from kernel.errors import DomainError
from locking.leases import Lock
from locking.services import acquire_lock, release_lock
from projects.access import get_project
from stages.pads import events
from stages.pads.events import pad_facts
from stages.pads.promotion import read_promotion
from stages.pads.ranges import Range
from stages.pads.reading import visible_pad
from stages.pads.services.trail import lock_pad, record_log


def promote_pad(
    *,
    caller: Caller,
    pad_id: UUID,
    revision: int,
    part: Range | None,
    field: str,
    place: Range | None,
    session_id: UUID,
    token: int,
    base_version: int,
    message: str = "",
    release_locks: bool = False,
) -> Draft:
    """Save what a pad said at a revision, or a part of it, as a field's text or in a place of it.

    The field's lock is needed, by its token; `base_version` is the version that the caller saw. The new version names
    everybody who changed the pad. Raises as `save_draft` does, `ValidationFailed` for a revision, part or place that
    there is not, and `Conflict` where the field says this already.
    """
    pad = visible_pad(user=caller.user, pad_id=pad_id)
    get_project(user=caller.user, project_id=pad.project_id, action="draft.save")
    promotion = read_promotion(pad, revision=revision, part=part, field=field, place=place, base_version=base_version)
    promotion.require_change()
    return save_draft(
        caller=caller,
        project_id=pad.project_id,
        session_id=session_id,
        base_version=base_version,
        changes=promotion.changes,
        tokens={field: token},
        message=message,
        release_locks=release_locks,
        origin=promotion.origin(),
    )


@contextmanager
def lock_for_promotion(*, caller: Caller, pad_id: UUID, field: str, session_id: UUID) -> Iterator[Lock]:
    """A field's lock for one promotion with `release_locks`; whatever refuses that gives it back, too.

    Raises as `acquire_lock` does, and `PermissionDenied` for whoever may not save.
    """
    project_id = visible_pad(user=caller.user, pad_id=pad_id).project_id
    get_project(user=caller.user, project_id=project_id, action="draft.save")
    lock = acquire_lock(caller=caller, project_id=project_id, field=field, session_id=session_id)
    try:
        yield lock
    except Exception:
        # Somebody may have taken it over meanwhile. The refusal is what is to be shown.
        with suppress(DomainError):
            release_lock(caller=caller, project_id=project_id, session_id=session_id, field=field, token=lock.token)
        raise


def follow_promotion(version: NewVersion) -> None:
    """Put the hash of a promoted pad's log on the audit trail, and notify those who wrote it; with the version."""
    origin = version.draft.origin or {}
    pad, write = lock_pad(UUID(origin["id"])), version.write
    if origin["revision"] > pad.recorded:
        record_log(write, pad, origin["revision"], bytes.fromhex(origin["digest"]))
    people = {UUID(each["id"]) for each in origin["contributors"] if each["id"] is not None}
    facts = {**pad_facts(pad), "version": version.draft.version_number, "field": version.changed_fields[0]}
    assert version.draft.event_seq is not None
    write.notify(events.PROMOTED, people, facts, version.draft.event_seq)
