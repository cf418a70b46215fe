"""What a report may say, and about what: `{kind, at, directive, path, repository, expected, found, action, …}`."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from audit.models import SITE_CHAIN, Event
from kernel.canonical import canonical
from kernel.errors import ValidationFailed
from kernel.ijson import check_text
from stages.fleet.events import STATION_CHANGED
from stages.fleet.models import Directive, Placement, Station
from stages.fleet.models.stations import MAX_REPORT_BYTES
from stages.fleet.tree import read_tree

MAX_REPORTS: Final = 200
KINDS: Final = frozenset(
    {
        *("change_blocked", "change_detected", "change_flagged", "change_expired"),
        *("applied", "failed", "contested", "refused", "clock_jumped"),
    }
)
MEMBERS: Final = frozenset(
    {
        *("kind", "at", "directive", "path", "repository", "expected", "found", "action"),
        *("until", "reason", "edition"),
    }
)
_REQUIRED: Final = ("kind", "at")

Hash = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
Sequence_ = Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1)]


class GivenReport(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A report as a station sends it; hashes are lowercase hex."""

    seq: Sequence_
    body: dict[str, str]
    prev_hash: Hash
    hash: Hash


@dataclass(frozen=True)
class NewReport:
    """A report whose body has the right form: `body` is its canonical text, `facts` what that says."""

    seq: int
    body: str
    facts: dict[str, str]
    prev_hash: bytes
    hash: bytes

    @cached_property
    def computed_hash(self) -> bytes:
        """What its hash has to be."""
        return hashlib.sha256(self.prev_hash + self.seq.to_bytes(8, "big") + self.body.encode()).digest()


def read_reports(given: Sequence[GivenReport]) -> list[NewReport]:
    """Check the bodies. Raises `ValidationFailed` by the place of the report."""
    if len(given) > MAX_REPORTS:
        raise ValidationFailed({"reports": [_("At most {most} at once.").format(most=MAX_REPORTS)]})
    return [_read(each, f"reports[{place}].body") for place, each in enumerate(given)]


def require_known_directives(station: Station, reports: Sequence[NewReport]) -> None:
    """Raise `ValidationFailed` for a report about a directive that never was one of the station's."""
    named = {UUID(each.facts["directive"]) for each in reports if "directive" in each.facts}
    if not named:
        return
    teams = dict(Directive.objects.filter(pk__in=named).values_list("id", "team_id"))
    tree = read_tree()
    own = {team.id for team in tree.path(station.team_id)}
    strange = {each for each in named if teams.get(each) not in own}
    if strange:
        # Of a team to which it belonged when it wrote the report, perhaps a month ago.
        earlier = {team.id for before in _earlier_teams(station) for team in tree.path(before)}
        strange -= set(Placement.objects.filter(station=station.pk).values_list("directive_id", flat=True))
        strange -= {each for each in strange if teams.get(each) in earlier}
    if strange:
        words = _("The directive {directive} is not one of this station's.").format(directive=min(strange))
        raise ValidationFailed({"reports": [words]})


def _read(given: GivenReport, where: str) -> NewReport:
    facts = given.body
    problems = _problems(facts)
    if problems:
        raise ValidationFailed({where: problems})
    for name, value in facts.items():
        check_text(value, name=f"{where}.{name}")
    text = canonical(facts)
    if len(text.encode()) > MAX_REPORT_BYTES:
        raise ValidationFailed({where: [_("At most {most} bytes.").format(most=MAX_REPORT_BYTES)]})
    hashes = bytes.fromhex(given.prev_hash), bytes.fromhex(given.hash)
    return NewReport(given.seq, text, facts, *hashes)


def _problems(facts: dict[str, Any]) -> list[str]:
    problems = [_("{name} is required.").format(name=name) for name in _REQUIRED if name not in facts]
    problems += [_("{name} is not known here.").format(name=name[:40]) for name in sorted(facts.keys() - MEMBERS)]
    if facts.get("kind") not in KINDS and "kind" in facts:
        problems.append(_("There is no such kind of report."))
    try:
        UUID(facts.get("directive", str(UUID(int=0))))
    except ValueError:
        problems.append(_("The directive must be an id."))
    return problems


def _earlier_teams(station: Station) -> list[UUID]:
    moves = Event.objects.filter(
        chain=SITE_CHAIN, action=STATION_CHANGED.name, target_type="station", target_id=str(station.pk)
    )
    before = (event.data.get("before", {}).get("team_id") for event in moves)
    return [UUID(team_id) for team_id in before if team_id]
