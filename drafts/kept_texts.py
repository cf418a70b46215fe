"""A person's unsaved texts that the server keeps, with the versions that they were made from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import OuterRef, Q, Subquery

from accounts.models import User
from audit.models import Event, project_chain
from blobs.models import sha256_of
from drafts.models import Draft
from drafts.renames import Renames, names_of_kept
from locking.models import EndReason, Lease, WorkingCopy
from projects.access import get_project
from projects.fields import CONFIGURATION, FILES, PROMPT

MAX_TAKE_OVERS: Final = 20


@dataclass(frozen=True, slots=True)
class KeptText:
    """A working copy, and the version that was current when it was written: 0 before there was any.

    `field` is what its field is called now, `field_then` what that version called it. `is_saved`: its lock has ended,
    and some version has the same text.
    """

    copy: WorkingCopy
    field: str
    version: int
    field_then: str
    is_saved: bool


def kept_texts(*, user: User, project_id: UUID) -> list[KeptText]:
    """The reader's texts that the server keeps, newest first. Raises `NotFound`."""
    project = get_project(user=user, project_id=project_id).project
    copies = list(WorkingCopy.objects.filter(lease__project_id=project_id, lease__user=user).select_related("lease"))
    names = names_of_kept(project, [copy.lease for copy in copies])
    renames = Renames.of_project(project_id)
    current = project.current_draft.version_number if project.current_draft else 0
    found: list[KeptText] = []
    for copy in copies:
        field = names[copy.lease_id]
        version = _version_at(project_id, min(copy.updated_at, copy.lease.ended_at or copy.updated_at))
        field_then = renames.name_in(version, field, of=current)
        is_saved = not copy.lease.is_open and _is_in_a_version(copy, {field, field_then})
        found.append(KeptText(copy, field=field, version=version, field_then=field_then, is_saved=is_saved))
    return found


def files_of_kept_texts(*, user: User, project_id: UUID) -> set[str]:
    """The names of files of which the server keeps a text of the reader's that no version has. Raises `NotFound`."""
    ended = WorkingCopy.objects.filter(lease__project_id=project_id, lease__user=user, lease__ended_at__isnull=False)
    if not ended.filter(lease__field__startswith=FILES).exists():
        return set()
    texts = kept_texts(user=user, project_id=project_id)
    return {
        text.field
        for text in texts
        if text.field.startswith(FILES) and not text.copy.lease.is_open and not text.is_saved
    }


@dataclass(frozen=True, slots=True)
class TakeOver:
    """Who took a lock of the reader's over, and why; `token` is that of the lock."""

    token: int
    by: str
    reason: str


def take_overs(*, user: User, project_id: UUID) -> list[TakeOver]:
    """The last take-overs of the reader's own locks in a project. Raises `NotFound`."""
    get_project(user=user, project_id=project_id)
    next_token = Lease.objects.filter(project=OuterRef("project"), field=OuterRef("field"), token__gt=OuterRef("token"))
    taken = (
        Lease.objects.of_project(project_id)
        .filter(user=user, end_reason=EndReason.TAKEN_OVER)
        .annotate(successor=Subquery(next_token.order_by("token").values("token")[:1]))
        .values_list("successor", "token")[:MAX_TAKE_OVERS]
    )
    tokens = dict(taken)
    events = Event.objects.filter(chain=project_chain(project_id), seq__in=list(tokens), action="lock.taken_over")
    return [
        TakeOver(tokens[event.seq], by=event.record["actor"]["name"], reason=event.record["reason"]) for event in events
    ]


def _version_at(project_id: UUID, moment: datetime) -> int:
    """Nobody else saves a field while it is locked: the version of that moment has what its holder started from."""
    versions = Draft.objects.of_project(project_id).filter(created_at__lte=moment)
    return versions.order_by("-version_number").values_list("version_number", flat=True).first() or 0


def _is_in_a_version(copy: WorkingCopy, names: set[str]) -> bool:
    sha256 = sha256_of(copy.content.encode())
    has_it = Q(pk__in=[])
    for name in names:
        if name == PROMPT:
            has_it |= Q(prompt_id=sha256)
        elif name == CONFIGURATION:
            has_it |= Q(configuration_id=sha256)
        else:
            has_it |= Q(files__contains={name.removeprefix(FILES): {"sha256": sha256}})
    return Draft.objects.of_project(copy.lease.project_id).filter(has_it).exists()
