"""Proposing what somebody altered on a station: there is one open proposal for a file of a station."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import Caller
from kernel.errors import NotFound
from projects.fields import FILES
from proposals.kinds import DEFAULT_KIND
from proposals.models import MAX_TITLE, UNENDED, Change, Proposal
from proposals.services.proposing import propose
from stages.fleet.models import Directive, Station
from stages.fleet.tree import read_tree

ORIGIN: Final = "station"
_MAX_ORIGIN: Final = 100


@dataclass(frozen=True, slots=True)
class Alteration:
    """The text that a station found in a directive's place, and where: in a repository, or elsewhere on the machine."""

    directive_id: UUID
    path: str
    repository: str
    text: str

    @classmethod
    def of(cls, facts: Mapping[str, str], text: str) -> Alteration:
        """From the body of a report."""
        return cls(UUID(facts["directive"]), facts.get("path", ""), facts.get("repository", ""), text)

    @property
    def place(self) -> str:
        """The file as proposals name it."""
        return f"{self.repository}/{self.path}" if self.repository else self.path


def request_change(*, caller: Caller, station: Station, alteration: Alteration, message: str = "") -> Proposal:
    """Propose one text that somebody altered on a station, in the name of its owner; answers the open proposal.

    Raises `NotFound` for a directive that is none of the station's, and as `propose`.
    """
    return _proposed(caller, station, [alteration], message)[0]


def propose_alterations(*, caller: Caller, station: Station, alterations: Sequence[Alteration]) -> list[Proposal]:
    """Propose what was altered where the mode `temporary` allows it; one proposal for each file and project."""
    return _proposed(caller, station, alterations, "")


def origin_of(station_id: UUID, place: str) -> tuple[str, str]:
    """The origin of a station's proposals about a file: `<station>:<path>`; a path that is too long by its hash."""
    name = f"{station_id}:{place}"
    if len(name) > _MAX_ORIGIN:
        name = f"{station_id}:{hashlib.sha256(place.encode()).hexdigest()[:40]}"
    return ORIGIN, name


def station_of(proposal: Proposal) -> UUID | None:
    """The station whose alterations a proposal holds; None for another proposal."""
    return UUID(proposal.origin_id.partition(":")[0]) if proposal.origin_type == ORIGIN else None


def _proposed(caller: Caller, station: Station, alterations: Sequence[Alteration], message: str) -> list[Proposal]:
    directives = _directives_of(station, {each.directive_id for each in alterations})
    by_file: defaultdict[tuple[UUID, str], list[Alteration]] = defaultdict(list)
    for each in alterations:
        by_file[directives[each.directive_id].project_id, each.place].append(each)
    found = []
    for (project_id, place), altered in sorted(by_file.items(), key=str):
        first, origin = directives[altered[0].directive_id], origin_of(station.pk, place)
        changes = {directives[each.directive_id].field: each.text for each in altered}
        texts = _open_texts(station, project_id, origin) | changes
        proposal = propose(
            caller=caller,
            project_id=project_id,
            origin=origin,
            title=_("{title}, as changed on {station}").format(title=first.title, station=station.name)[:MAX_TITLE],
            changes={field: _value(field, text) for field, text in texts.items()},
            base_version=first.release.draft.version_number,
            is_open=True,
            admits=True,
            description=message,
        )
        found.append(proposal)
    return found


def _open_texts(station: Station, project_id: UUID, origin: tuple[str, str]) -> dict[str, str]:
    """What the open proposal of a file holds already: texts of other directives stay in it."""
    staged = Change.objects.filter(
        proposal__project=project_id,
        proposal__author=station.pk,
        proposal__origin_type=origin[0],
        proposal__origin_id=origin[1],
        proposal__state__in=UNENDED,
        proposal__touched=False,
        kind=DEFAULT_KIND,
        value__isnull=False,
    )
    return {target: str(value) for target, value in staged.values_list("target", "value")}


def _value(field: str, text: str) -> Any:
    return {"content": text} if field.startswith(FILES) else text


def _directives_of(station: Station, ids: set[UUID]) -> dict[UUID, Directive]:
    teams = [team.id for team in read_tree().path(station.team_id)]
    found = Directive.objects.filter(pk__in=ids, team__in=teams).select_related("release__draft")
    directives = {each.id: each for each in found}
    if missing := ids - directives.keys():
        raise NotFound(_("The directive {directive} is not one of this station's.").format(directive=min(missing)))
    return directives
