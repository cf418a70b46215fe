"""The frame of every page of a project: its name and state, its tabs, and who is present."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from redis.exceptions import RedisError

from accounts.models import User
from locking.models import Lease
from presence.redis_presence import PersonPresence
from presence.services import present_in
from projects import field_names
from projects.access import Access
from projects.homes import home_name
from projects.models import Project, Status
from projects.permissions import may
from publishing.models import Release
from workspace.marks import Mark, MarkContext, shown_marks
from workspace.people import PersonView
from workspace.places import Place, is_place, places_named
from workspace.release_summary import summary_of
from workspace.tabs import TabContext, TabView, shown_tabs

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PresentView:
    """A person who is present in a project. `at` is writes or reads (a `field`), in (`inside`), or here.

    `field` is what presence calls it.
    """

    person: PersonView
    at: str
    field: str = ""
    inside: Place | None = None

    @property
    def place(self) -> str:
        """The field's short name, or that of another place."""
        if self.inside is not None:
            return self.inside.name
        return field_names.short_label(self.field) if self.field else ""

    @property
    def whole_place(self) -> str:
        """The field's name, of a file its path, or that of another place."""
        if self.inside is not None:
            return self.inside.name
        return field_names.label(self.field) if self.field else ""

    @property
    def address(self) -> str:
        """Where the place is that they are in; empty for fields."""
        return self.inside.address if self.inside is not None else ""

    @property
    def folders(self) -> str:
        """All folders that the file lies in, with a slash at the end; empty for other fields."""
        return self.whole_place.removesuffix(self.place)

    @property
    def folder(self) -> str:
        """The folder that the file lies in, with a slash at the end."""
        return self.folders[self.folders[:-1].rfind("/") + 1 :]


@dataclass(frozen=True, slots=True)
class ProjectFrame:
    """The bars over a page of a project."""

    project: Project
    role: str
    version: int
    # The release in review, or the one that the project is frozen as.
    release: Release | None
    # The site where a replica is at home; empty for other projects.
    home: str
    tabs: list[TabView]
    people: list[PresentView]
    # The open leases, with their holders.
    leases: list[Lease]
    marks: list[Mark]

    @property
    def next_version(self) -> int:
        return self.version + 1


@dataclass(frozen=True, slots=True)
class May:
    """What the page offers; every service checks again."""

    write: bool
    take_over: bool
    propose: bool
    manage_members: bool
    reopen: bool


def frame_of(access: Access, *, user: User, tab: str) -> ProjectFrame:
    """The frame of one page; `tab` is the name of the one that it belongs to."""
    project = access.project
    leases = list(Lease.objects.open().of_project(project.id).select_related("user"))
    summary = summary_of(project)
    return ProjectFrame(
        project=project,
        role=access.role.value,
        version=project.current_draft.version_number if project.current_draft else 0,
        release=summary.release,
        home=home_name(project.id) if project.status == Status.REPLICA else "",
        tabs=list(shown_tabs(TabContext(access, user, summary), current=tab)),
        people=people_in([project.id], leases, without=user)[project.id],
        leases=leases,
        marks=list(shown_marks(MarkContext(access, user))),
    )


def socket_address(project_id: UUID) -> str:
    """Where the project's socket is, on the host of the page."""
    return f"{settings.FOUNDRY_PATH}/ws/projects/{project_id}/"


def may_of(access: Access) -> May:
    """What the reader may do while the project is open."""
    return May(
        write=may("lock.acquire", role=access.role),
        take_over=may("lock.take_over", role=access.role),
        propose=may("proposal.stage", role=access.role),
        manage_members=may("member.add", role=access.role),
        reopen=may("project.reopen", role=access.role),
    )


def people_in(
    project_ids: list[UUID], leases: Iterable[Lease], *, without: User | None = None
) -> dict[UUID, list[PresentView]]:
    """Who is present in each of these projects, writers first. Empty if presence cannot be read."""
    writes = {(lease.project_id, str(lease.user_id)): lease.field for lease in leases}
    try:
        present = present_in(project_ids)
    except RedisError as error:
        logger.warning("presence cannot be read: %s", error)
        present = {}
    places = places_named(name for people in present.values() for each in people for name in each.fields)
    return {
        project_id: sorted(
            (
                _present_view(project_id, each, writes.get((project_id, each.user["id"])), places)
                for each in present.get(project_id, [])
                if without is None or each.user["id"] != str(without.id)
            ),
            key=lambda view: view.at != "writes",
        )
        for project_id in project_ids
    }


def places_in(project_id: UUID) -> dict[str, Place]:
    """The places of a project that people are in now, by what presence calls them. Empty if it cannot be read."""
    try:
        present = present_in([project_id]).get(project_id, [])
    except RedisError as error:
        logger.warning("presence cannot be read: %s", error)
        return {}
    places = places_named(name for each in present for name in each.fields)
    return {name: place for name, place in places.items() if place.project_id == project_id}


def _present_view(
    project_id: UUID, present: PersonPresence, written: str | None, places: Mapping[str, Place]
) -> PresentView:
    person = PersonView.of(present.user)
    if written is not None:
        return PresentView(person, "writes", written)
    for name in present.fields:
        place = places.get(name)
        if place is not None and place.project_id == project_id:
            return PresentView(person, "in", name, inside=place)
        if not is_place(name):
            return PresentView(person, "reads", name)
    return PresentView(person, "here")
