"""Staging changes: private until they are submitted, so without an event. The proposal's row is locked, and before it
its author, whose bytes are counted over all proposals.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import Caller
from accounts.models import Kind as AccountKind
from kernel.errors import Conflict, NotFound, StaleBase, ValidationFailed
from kernel.statements import Rows, Statement, run, run_together
from kernel.transactions import write_transaction
from projects.models import Project, Status
from projects.permissions import closed
from proposals.drift import contents_now, staged_of
from proposals.kinds import KINDS, Key, Staged, read_key
from proposals.locked_rows import author_lock, lock_proposal, lock_with_changes
from proposals.models import Change, Proposal
from proposals.visibility import own_proposal, refuse_ended

MAX_CHANGES: Final = 500
# What a program proposes at once, such as an import by a script.
MAX_CHANGES_OF_PROGRAM: Final = 5_000
# Of one person in one project, over all proposals that have not ended; of a program, for each person it acts for.
MAX_STAGED_BYTES: Final = 64 * 1024 * 1024

# Staging again keeps the base.
_UPDATE: Final = "UPDATE proposals_change SET value = %s::jsonb, language = %s, size = %s, revision = %s WHERE id = %s"
_TOUCH: Final = (
    "UPDATE proposals_proposal SET contributors = %s::jsonb, touched = %s, updated_at = statement_timestamp()"
    " WHERE id = %s"
)
_STAGED_BYTES: Final = """
SELECT coalesce(sum(change.size), 0) FROM proposals_change AS change
JOIN proposals_proposal AS proposal ON proposal.id = change.proposal_id
WHERE proposal.project_id = %s AND proposal.author_id = %s AND proposal.state IN ('private', 'open')
AND proposal.on_behalf_of_id IS NOT DISTINCT FROM %s
"""


def stage_changes(
    *,
    caller: Caller,
    proposal_id: UUID,
    base_version: int,
    changes: Mapping[str, Any],
    revisions: Mapping[str, int] | None = None,
    project_id: UUID | None = None,
) -> dict[str, int]:
    """Keep new values in a proposal of the caller's own; return the revision of each target that was named.

    `base_version` is the version that the texts of targets not staged before were made from. A target that is staged
    already is replaced only if `revisions` has its stored revision, so that another tab's text is never overwritten;
    its base stays. `project_id`, where it is given, is the project that the proposal must be of.

    Raises `NotFound`, `PermissionDenied`, `ProjectFrozen`, `ValidationFailed`, `PayloadTooLarge`, `StaleBase` with both
    texts, and `Conflict` after the end or for too many changes or bytes.
    """
    parsed = parse_changes(changes)
    found = own_proposal(caller=caller, proposal_id=proposal_id, action="proposal.stage", project_id=project_id)
    with write_transaction():
        targets = {key.target for key in parsed}
        proposal, staged = lock_with_changes(proposal_id, author_id=found.author_id, targets=targets)
        refuse_ended(proposal)
        return stage(proposal, caller, base_version, parsed, revisions or {}, staged=staged)


def unstage_change(*, caller: Caller, proposal_id: UUID, target: str) -> None:
    """Drop one change of a proposal of the caller's own. Raises `NotFound` also where nothing is staged for it."""
    own_proposal(caller=caller, proposal_id=proposal_id, action="proposal.stage")
    with write_transaction():
        proposal = lock_proposal(proposal_id)
        refuse_ended(proposal)
        staged_change(proposal, read_key(target)).delete()
        mark_touched(proposal, caller)


def lock_author(author_id: UUID) -> None:
    """As `author_lock`, alone."""
    run(author_lock(author_id))


def staged_change(proposal: Proposal, key: Key) -> Change:
    """The change of one target. Raises `NotFound`."""
    change = Change.objects.filter(proposal=proposal, kind=key.kind, target=key.target).first()
    if change is None:
        raise NotFound(_("Nothing is staged for {target}.").format(target=key.name))
    return change


def parse_changes(changes: Mapping[str, Any], *, most: int = MAX_CHANGES) -> dict[Key, Staged]:
    """The staged form of what a client sent, by target. Raises `ValidationFailed`, `PayloadTooLarge`, `Conflict`."""
    if len(changes) > most:
        raise Conflict(_("A proposal holds at most {most} changes.").format(most=f"{most:,}"))
    keys = {name: read_key(name) for name in changes}
    if len(set(keys.values())) < len(keys):
        raise ValidationFailed({"changes": [_("Two of the names stand for the same target.")]})
    return {key: KINDS[key.kind].parse(key.target, changes[name]) for name, key in keys.items()}


def stage(
    proposal: Proposal,
    caller: Caller,
    base_version: int,
    parsed: Mapping[Key, Staged],
    revisions: Mapping[str, int],
    *,
    staged: Iterable[Change] = (),
) -> dict[str, int]:
    """As `stage_changes`, of a proposal whose author and row are locked; `staged` are its changes of these targets."""
    before = {Key(change.kind, change.target): change for change in staged}
    wanted = {key: value for key, value in parsed.items() if key not in before or value != staged_of(before[key])}
    _check_revisions(before, wanted, revisions)
    new = _new_changes(proposal, base_version, [key for key in wanted if key not in before])
    grows = bool(new) or any(value.size > before[key].size for key, value in wanted.items())
    for key, value in wanted.items():
        change = before.get(key) or new[key]
        change.value, change.language, change.size = value
        change.revision += 1
    if new:
        Change.objects.bulk_create(new.values())
    if wanted:
        _write(proposal, caller, [before[key] for key in wanted if key in before], grows=grows)
    before |= new
    return {key.name: before[key].revision for key in parsed}


def _write(proposal: Proposal, caller: Caller, again: Sequence[Change], *, grows: bool) -> None:
    """Store what is staged again, and note it in the proposal. Raises `Conflict` where that makes too many bytes."""
    size = [_size_query(proposal)] if grows else []
    *_none, last = run_together([*map(_update, again), _touch(proposal, caller), *size])
    if grows:
        _refuse_size(last)


def _update(change: Change) -> Statement:
    # Null in the column, not in JSON, is what removes the target.
    value = None if change.value is None else json.dumps(change.value, ensure_ascii=False)
    return _UPDATE, [value, change.language, change.size, change.revision, change.id]


def _new_changes(proposal: Proposal, base_version: int, keys: Sequence[Key]) -> dict[Key, Change]:
    """Changes of targets that were not staged before, made from a version. Raises `Conflict`, `ValidationFailed`."""
    if not keys:
        return {}
    most = MAX_CHANGES_OF_PROGRAM if proposal.origin_type else MAX_CHANGES
    if Change.objects.filter(proposal=proposal).count() + len(keys) > most:
        raise Conflict(_("A proposal holds at most {most} changes.").format(most=f"{most:,}"))
    _check_project(proposal.project_id, base_version, keys)
    bases = contents_now(proposal.project_id, keys, base_version)
    return {
        key: Change(
            proposal=proposal, kind=key.kind, target=key.target, base=bases[key], base_version=base_version, revision=0
        )
        for key in keys
    }


def mark_touched(proposal: Proposal, caller: Caller) -> None:
    """Note that the caller has written in a proposal: they and whom they act for are contributors from now on."""
    run(_touch(proposal, caller))


def _touch(proposal: Proposal, caller: Caller) -> Statement:
    proposal.contributors = with_contributors(proposal.contributors, caller.user.id, caller.on_behalf_of)
    proposal.touched = proposal.touched or caller.user.kind == AccountKind.HUMAN
    return _TOUCH, [json.dumps(proposal.contributors), proposal.touched, proposal.id]


def with_contributors(contributors: list[dict[str, Any]], *people: UUID | None) -> list[dict[str, Any]]:
    """A list of contributors with some more, sorted by id."""
    found = {each["id"]: each for each in contributors}
    for person in people:
        if person is not None:
            found.setdefault(str(person), {"id": str(person), "characters": None})
    return [found[identity] for identity in sorted(found)]


def check_size(proposal: Proposal) -> None:
    """Raise `Conflict` if the author has staged more in the project than may be kept."""
    _refuse_size(run(_size_query(proposal)))


def _size_query(proposal: Proposal) -> Statement:
    return _STAGED_BYTES, [proposal.project_id, proposal.author_id, proposal.on_behalf_of_id]


def _refuse_size(rows: Rows) -> None:
    if rows[0][0] > MAX_STAGED_BYTES:
        words = _("Your proposals in this project hold more than {most} MiB. Discard or submit one first.")
        raise Conflict(words.format(most=MAX_STAGED_BYTES // 1024**2))


def _check_revisions(before: Mapping[Key, Change], wanted: Mapping[Key, Staged], revisions: Mapping[str, int]) -> None:
    stale = [key for key in wanted if revisions.get(key.name, 0) != (before[key].revision if key in before else 0)]
    if stale:
        raise StaleBase(
            _("{field} was changed in another window.").format(field=KINDS[stale[0].kind].label(stale[0].target)),
            fields={
                key.name: {
                    "theirs": before[key].value if key in before else None,
                    "yours": wanted[key].value,
                    "revision": before[key].revision if key in before else 0,
                }
                for key in stale
            },
        )


def _check_project(project_id: UUID, base_version: int, keys: Iterable[Key]) -> None:
    """Raise `ValidationFailed` for no version of the project, `ProjectFrozen` for what no replica could ever accept."""
    status, newest = Project.objects.values_list("status", "current_draft__version_number").get(pk=project_id)
    if status == Status.REPLICA and any(Status.REPLICA not in KINDS[key.kind].statuses for key in keys):
        raise closed(Status.REPLICA, project_id)
    if not 0 <= base_version <= (newest or 0):
        problem = _("Must be between 0 and {newest}, the current version.").format(newest=newest or 0)
        raise ValidationFailed({"base_version": [problem]})
