"""What every write of a release shares: finding it, and what its events say of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from audit.models import Event
from audit.services import Target
from kernel.errors import NotFound
from projects.access import Access, get_project
from projects.models import Status
from projects.writing import ProjectWrite
from publishing.models import Release


def access_to(*, user: User, release_id: UUID, action: str = "project.read") -> Access:
    """The project of a release as the user sees it, if the table lets them do `action`.

    Raises `NotFound` in the same words whether there is no such release or it is somebody else's; otherwise as
    `projects.access.get_project`.
    """
    project_id = Release.objects.filter(pk=release_id).values_list("project_id", flat=True).first()
    try:
        return get_project(user=user, project_id=project_id or release_id, action=action)
    except NotFound:
        raise NotFound(_("There is no such release.")) from None


def load_release(release_id: UUID) -> Release:
    """A release with everything that its readers are shown."""
    return Release.objects.with_people().get(pk=release_id)


def target_of(release: Release) -> Target:
    return Target.of("release", release.id)


def facts_of(release: Release, project_status: Status) -> dict[str, Any]:
    """Who reads the event alone still knows which release it was, and what became of the project."""
    return {
        "release_id": str(release.id),
        "name": release.name,
        "version": release.draft.version_number,
        "content_hash": release.content_hash,
        "project_status": project_status.value,
    }


def gate_facts(facts: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The member that says what the gates found; none where no gate was asked."""
    return {"gates": dict(facts)} if facts else {}


def end(write: ProjectWrite, release: Release, event: Event, *, state: str, reason: str = "") -> None:
    """End a release as its event says; the one change that its row may see."""
    release.state = state
    release.ended_at = event.at
    release.ended_by = write.caller.user
    release.reason = reason
    release.save(update_fields=["state", "ended_at", "ended_by", "reason"])
