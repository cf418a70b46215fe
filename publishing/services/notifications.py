"""Notifications about releases."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from accounts.models import Kind
from audit.event_types import InboxLine
from notifications.services import resolve
from projects.models import Member, Role
from projects.permissions import may
from projects.writing import ProjectWrite
from publishing.approval_progress import quorum_of
from publishing.approvals import refusal
from publishing.events import SUBMITTED
from publishing.models import Release
from publishing.quorum import Quorum
from publishing.states import signing_action


def request_signatures(write: ProjectWrite, release: Release, seq: int) -> None:
    """Notify everybody who can sign the release that it waits for their signature."""
    write.notify(SUBMITTED, possible_signers(release), _facts(release), seq)


def notify_authors(write: ProjectWrite, release: Release, line: InboxLine, seq: int, **more: Any) -> None:
    """Notify the submitter and the authors of a release of what happened to it."""
    write.notify(line, {release.submitted_by_id, *release.authors}, {**_facts(release), **more}, seq)


def settle_signature_requests(release: Release, *, person: UUID | None = None) -> None:
    """Settle the requests for signatures: of one person who has signed, or of everybody once the release has ended."""
    resolve(
        line=SUBMITTED,
        project_id=release.project_id,
        facts={"release_id": str(release.id)},
        recipient=person,
    )


def possible_signers(release: Release) -> set[UUID]:
    """The members whose role and authorship let them sign in a meaning that the policy requires."""
    quorum = quorum_of(release)
    members = Member.objects.filter(project=release.project_id, user__kind=Kind.HUMAN)
    return {user for user, role in members.values_list("user_id", "role") if _can_sign(release, quorum, user, role)}


def _can_sign(release: Release, quorum: Quorum, user: UUID, role: str) -> bool:
    return any(
        may(signing_action(meaning), role=Role(role))
        and refusal(quorum, person=user, meaning=meaning, given=(), authors=release.authors) is None
        for meaning, wanted in quorum.people.items()
        if wanted
    )


def _facts(release: Release) -> dict[str, Any]:
    return {"release_id": str(release.id), "name": release.name, "version": release.draft.version_number}
