"""Going back: revert to an old version, undo and redo one's own changes. Always a new version, never a lost one.

These take no Redis lock. Under the project's row lock they refuse if anybody else's lease on a touched field is open,
and the journal keeps a momentary lease for each field they write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import Caller
from drafts.models import Draft, DraftKind, FieldContent
from drafts.next_step import blocked_by, version_entries
from drafts.renames import Renames, renames_by_restoring
from drafts.undo import Plan, VersionEntry, plan_redo, plan_undo
from drafts.versions import changed_fields, repeated_draft, write_draft
from kernel.errors import Conflict, NotFound
from kernel.names import check_reason
from locking.leases import momentary_lease, refuse_foreign_leases
from locking.models import Lease
from locking.services import move_leases
from projects.fields import check_field_name
from projects.writing import ProjectWrite, project_write


def revert_draft(*, caller: Caller, project_id: UUID, version: int, reason: str, field: str | None = None) -> Draft:
    """Make a new version whose every field, or only `field`, is that of an old one, for a reason (control c19).

    Raises `NotFound` for the version, `Conflict` where nothing differs, `LockHeld` while somebody else edits a field
    that would change, `ValidationFailed` for what is no field.
    """
    reason = check_reason(reason)
    only = None if field is None else check_field_name(field)
    parameters = {"version": version, "reason": reason, **({} if only is None else {"field": only})}
    with project_write(caller=caller, project_id=project_id, action="draft.revert", parameters=parameters) as write:
        if write.repeat_of is not None:
            return repeated_draft(write)
        current = write.project.current_draft
        old = Draft.objects.filter(project=write.project, version_number=version).first()
        if old is None or current is None:
            raise NotFound(_("There is no version {version}.").format(version=version))
        after = fields_after_revert(current, old, only)
        if not changed_fields(current.fields, after):
            words = _("v{current} is already the same as v{version}.")
            if only is not None:
                words = _("This field of v{current} is already the same as in v{version}.")
            raise Conflict(words.format(current=current.version_number, version=version))
        return _restore(
            write,
            current,
            after=after,
            content_of=version,
            kind=DraftKind.REVERT,
            source_version=version,
            reason=reason,
            data={} if only is None else {"only_field": only},
        )


def fields_after_revert(current: Draft, old: Draft, field: str | None) -> Mapping[str, FieldContent]:
    """Every field after a revert to an old version, or of `field` alone, under the name that it has now.

    `field` is its name in the current version; one that only the old version knows is followed through its renames.
    """
    if field is None:
        return old.fields
    renames = Renames.of_project(current.project_id)
    now = then = field
    if field in current.fields:
        then = renames.name_in(old.version_number, field, of=current.version_number)
    else:
        now = renames.name_in(current.version_number, field, of=old.version_number)
    after = current.fields
    if then in old.fields:
        after[now] = old.fields[then]
    else:
        after.pop(now, None)
    return after


def undo_draft(*, caller: Caller, project_id: UUID, reason: str = "") -> Draft:
    """Take back the caller's newest change that is not taken back yet, as far as its fields are free.

    Fields that others have changed since stay as they are: `skipped_fields` of the answer names them. Raises
    `Conflict` where nothing is left to undo, with who changed what since.
    """
    return _move(caller, project_id, kind=DraftKind.UNDO, plan_for=plan_undo, reason=reason)


def redo_draft(*, caller: Caller, project_id: UUID, reason: str = "") -> Draft:
    """Do again what the caller's newest undo took back. Raises as `undo_draft`."""
    return _move(caller, project_id, kind=DraftKind.REDO, plan_for=plan_redo, reason=reason)


def _move(
    caller: Caller,
    project_id: UUID,
    *,
    kind: DraftKind,
    plan_for: Callable[[Sequence[VersionEntry], UUID], Plan | None],
    reason: str,
) -> Draft:
    words = check_reason(reason) if reason else None
    parameters = {"kind": kind.value, "reason": words}
    with project_write(caller=caller, project_id=project_id, action="draft.undo", parameters=parameters) as write:
        if write.repeat_of is not None:
            return repeated_draft(write)
        plan = plan_for(version_entries(project_id), caller.user.id)
        current = write.project.current_draft
        if plan is None or current is None:
            raise Conflict(_("There is nothing to {act}.").format(act=kind.value))
        skipped = blocked_by(plan.blocked)
        if not plan.free:
            raise Conflict(_blocked_words(plan, skipped), changed=skipped)
        after = _with_fields_of(current, _fields_of(project_id, plan.content_of), plan.free)
        draft = _restore(
            write,
            current,
            after=after,
            content_of=plan.content_of,
            kind=kind,
            source_version=plan.source,
            reason=words,
            data={"skipped_fields": [each.field for each in plan.blocked]},
        )
        draft.skipped_fields = skipped
        return draft


def _restore(
    write: ProjectWrite,
    current: Draft,
    *,
    after: Mapping[str, FieldContent],
    content_of: int,
    kind: DraftKind,
    source_version: int,
    reason: str | None,
    data: Mapping[str, Any] | None = None,
) -> Draft:
    touched = changed_fields(current.fields, after)
    refuse_foreign_leases(write, touched)
    renamed = renames_by_restoring(current, after, version=content_of)
    draft = write_draft(
        write,
        current=current,
        after=after,
        kind=kind,
        message=reason or "",
        source_version=source_version,
        data={"base_version": current.version_number, **(data or {})},
        reason=reason,
        renamed=renamed,
    )
    Lease.objects.bulk_create(
        [momentary_lease(write, field=name, event_seq=draft.event_seq, at=draft.created_at) for name in touched]
    )
    move_leases(write, renamed)
    return draft


def _fields_of(project_id: UUID, version: int) -> dict[str, FieldContent]:
    draft = Draft.objects.filter(project_id=project_id, version_number=version).first()
    return draft.fields if draft else {}


def _with_fields_of(
    current: Draft, source: Mapping[str, FieldContent], names: Iterable[str]
) -> dict[str, FieldContent]:
    after = current.fields
    for name in names:
        if name in source:
            after[name] = source[name]
        else:
            after.pop(name, None)
    return after


def _blocked_words(plan: Plan, skipped: Sequence[Mapping[str, Any]]) -> str:
    changes = "; ".join(
        _("{name} changed {field} in v{version}").format(
            name=each["author"]["display_name"], field=each["field"], version=each["version"]
        )
        for each in skipped
    )
    return _("v{version} can no longer be undone: {changes}.").format(version=plan.source, changes=changes)
