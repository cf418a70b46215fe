"""What all writes of a release share: loading it, and the data of its events."""

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
    """The user's access to the project of a release, which must permit `action`.

    Raises the same `NotFound` for an unknown release and for one that the user may not see; otherwise raises as
    `projects.access.get_project`.
    """
    project_id = Release.objects.filter(pk=release_id).values_list("project_id", flat=True).first()
    try:
        return get_project(user=user, project_id=project_id or release_id, action=action)
    except NotFound:
        raise NotFound(_("Release not found.")) from None


def load_release(release_id: UUID) -> Release:
    """A release with the people, version and signatures that readers see."""
    return Release.objects.with_people().get(pk=release_id)


def target_of(release: Release) -> Target:
    return Target.of("release", release.id)


def facts_of(release: Release, project_status: Status) -> dict[str, Any]:
    """The data that identifies the release in its events, and the resulting status of the project."""
    return {
        "release_id": str(release.id),
        "name": release.name,
        "version": release.draft.version_number,
        "content_hash": release.content_hash,
        "project_status": project_status.value,
    }


def gate_facts(facts: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The member `gates` with the facts of the gates; empty if no gate ran."""
    return {"gates": dict(facts)} if facts else {}


def end(write: ProjectWrite, release: Release, event: Event, *, state: str, reason: str = "") -> None:
    """End a release with the values of its event: the only change of its row that is allowed."""
    release.state = state
    release.ended_at = event.at
    release.ended_by = write.caller.user
    release.reason = reason
    release.save(update_fields=["state", "ended_at", "ended_by", "reason"])
