"""Working copies: unsaved texts kept on the server. Private to their writers; not records, so without events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.callers import Caller
from accounts.models import User
from kernel.errors import LockNotHeld, NotFound, PayloadTooLarge, StaleToken
from kernel.ijson import check_storable, check_text
from kernel.statements import Statement
from kernel.transactions import unavailable_on_timeout, write_transaction
from locking.models import Lease, WorkingCopy
from projects.access import get_project
from projects.fields import check_field_name, keeps_line_ends

# What a revision can be: it is a bigint.
MAX_REVISION: Final = 2**63 - 1

_FORGET: Final = """
DELETE FROM locking_workingcopy AS kept USING unnest(%s::uuid[], %s::bigint[]) AS saved (lease_id, revision)
WHERE kept.lease_id = saved.lease_id AND kept.revision <= saved.revision
"""


def check_content(content: str, *, field: str, name: str | None = None) -> str:
    """A field's text as it is stored, at most 1 MiB of UTF-8: a file's to the last character, other fields' with LF.

    `name` is the parameter that a refusal names, the field without one. Raises `ValidationFailed`, `PayloadTooLarge`.
    """
    name = field if name is None else name
    # What is a file belongs to other programs too, and its hash is theirs to compare (docs/adr/0019).
    text = check_storable(content, name=name) if keeps_line_ends(field) else check_text(content, name=name)
    limit: int = settings.FOUNDRY_MAX_TEXT_BYTES
    if len(text) > limit or (len(text) * 4 > limit and len(text.encode()) > limit):
        words = _("A text can have at most {limit} bytes.").format(limit=limit)
        raise PayloadTooLarge(words, field=name, limit=limit)
    return text


def put_working_copy(
    *, caller: Caller, project_id: UUID, session_id: UUID, field: str, token: int, revision: int, content: str
) -> int:
    """Keep the holder's unsaved text and return the revision that is kept; only a higher one replaces it.

    A text that arrives after its lease has ended (handed over, expired, taken over) is kept too, and then `StaleToken`
    is raised with its id in `working_copy`. Raises `LockNotHeld` for a token that is not the caller's.
    """
    check_field_name(field)
    text = check_content(content, field=field, name="content")
    with unavailable_on_timeout():
        get_project(user=caller.user, project_id=project_id)
        with write_transaction():
            lease = own_lease(caller.user, project_id, session_id, field=field, token=token)
            if lease is None:
                raise LockNotHeld(_("You are not editing {field}.").format(field=field), field=field)
            copy = keep(lease, text, revision=revision)
    if not lease.is_open:
        words = _("Your lock on {field} has ended. Your changes are safe.").format(field=field)
        raise StaleToken(words, field=field, working_copy=str(copy.id))
    return copy.revision


def keep_refused_texts(
    *,
    caller: Caller,
    project_id: UUID,
    session_id: UUID | None,
    texts: Mapping[str, str],
    tokens: Mapping[str, int],
    revisions: Mapping[str, int],
) -> dict[str, UUID]:
    """Keep the texts of a save that was refused, each with the caller's own lease; return field → working copy id.

    Runs in its own transaction after the refused one has ended. A text without a revision gets the next one.
    """
    kept: dict[str, UUID] = {}
    with write_transaction():
        for field, text in texts.items():
            token = tokens.get(field)
            lease = None if token is None else own_lease(caller.user, project_id, session_id, field=field, token=token)
            if lease is not None:
                kept[field] = keep(lease, text, revision=revisions.get(field)).id
    return kept


def keep(lease: Lease, text: str, *, revision: int | None) -> WorkingCopy:
    """Store a lease's text if its revision is higher than the stored one; None means the next revision."""
    copy = WorkingCopy.objects.select_for_update().filter(lease=lease).first()
    if copy is None:
        first = WorkingCopy(lease=lease, revision=1 if revision is None else revision, content=text, updated_at=Now())
        # Two calls may both find none; the second one then waits here, and updates below.
        WorkingCopy.objects.bulk_create([first], ignore_conflicts=True)
        copy = WorkingCopy.objects.select_for_update().get(lease=lease)
    if revision is None and copy.content == text:
        return copy
    wanted = copy.revision + 1 if revision is None else revision
    if wanted > copy.revision:
        WorkingCopy.objects.filter(pk=copy.pk).update(revision=wanted, content=text, updated_at=Now())
        copy.revision, copy.content = wanted, text
    return copy


def delete_copies_sql(leases: Mapping[str, Lease], revisions: Mapping[str, int]) -> Statement:
    """The statement that deletes the leases' copies up to the saved revision, or in any revision if none is given.

    It is run together with the save's event (`audit.services.record`).
    """
    saved = [(lease.lease_id, revisions.get(field, MAX_REVISION)) for field, lease in leases.items()]
    return _FORGET, [[lease_id for lease_id, _ in saved], [revision for _, revision in saved]]


def discard_working_copy(*, caller: Caller, project_id: UUID, working_copy_id: UUID) -> None:
    """Delete the caller's own working copy. Raises `NotFound` also for another person's."""
    with unavailable_on_timeout():
        own = WorkingCopy.objects.filter(pk=working_copy_id, lease__project_id=project_id, lease__user=caller.user)
        deleted = own.delete()[0]
    if not deleted:
        raise NotFound(_("There are no such unsaved changes."))


def own_lease(user: User, project_id: UUID, session_id: UUID | None, *, field: str, token: int) -> Lease | None:
    """The lease with this token, open or ended, if it belongs to this user and session."""
    if session_id is None:
        return None
    return Lease.objects.filter(
        project_id=project_id, field=field, token=token, user=user, session_id=session_id
    ).first()
