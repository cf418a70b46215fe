"""What home's record says of the project now: its state, its newest version, release, and who holds what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import Person
from projects.models import Status
from stages.replication.home.projection.facts import facts_of
from stages.replication.home.projection.leases import CopiedLease, open_leases
from stages.replication.home.projection.releases import CopiedRelease, releases_of

_STATUS: Final = ("project.archived", "project.frozen", "project.reopened")
_OF_RELEASES: Final = ("release.submitted", "release.rejected", "release.withdrawn")


@dataclass(frozen=True, slots=True)
class CopiedStatus:
    """The state of the project at home; who gave it, and when, unless it has its first one.

    None is a state that cannot be shown here.
    """

    status: Status | None
    at: datetime | None = None
    person: Person | None = None

    @property
    def label(self) -> str:
        return str(self.status.label) if self.status else _("Cannot be shown here")


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The record of home at a glance: its last release that is out, or else the newest, and the held fields."""

    status: CopiedStatus
    release: CopiedRelease | None
    held: list[CopiedLease]


def overview_of(project_id: UUID) -> Overview:
    """What the copy says of the project now."""
    releases = [each for each in releases_of(project_id) if each.is_readable]
    return Overview(
        status=status_of(project_id),
        release=next((each for each in releases if each.is_released), next(iter(releases), None)),
        held=open_leases(project_id),
    )


def status_of(project_id: UUID) -> CopiedStatus:
    """The state that the newest event gave the project."""
    newest = next(facts_of(project_id, *_STATUS, *_OF_RELEASES, newest_first=True), None)
    if newest is None:
        return CopiedStatus(Status.OPEN)
    said = newest.data.get("project_status") or newest.data.get("status")
    status = Status(said) if isinstance(said, str) and said in Status.values else None
    return CopiedStatus(status, newest.at, newest.person)
