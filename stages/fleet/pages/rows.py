"""Directives as rows of lists: what each is, for whom, and where its text is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from projects import field_names
from stages.fleet.choices import DirectiveStatus, Mode
from stages.fleet.models import Directive
from stages.fleet.pages.coverage import Coverage
from stages.fleet.pages.frame import FleetReader
from stages.fleet.pages.states import coverages
from workspace.releases.presentation import StateWords

MODE_ICONS = {Mode.BLOCK: "undo-2", Mode.TEMPORARY: "timer", Mode.WARNING: "flag"}


@dataclass(frozen=True, slots=True)
class DirectiveRow:
    """A directive in a list."""

    directive: Directive
    coverage: Coverage
    teams_below: int
    is_root: bool

    @property
    def subject(self) -> str:
        """What it carries: "Prompt of Oncology protocol agent"."""
        field = field_names.short_label(self.directive.field)
        return _("{field} of {project}").format(field=field, project=self.directive.project.name)

    @property
    def reach(self) -> str:
        """Which teams it holds in, besides its own; else how many stations."""
        if self.is_root:
            return _("and all teams below")
        if self.teams_below:
            return ngettext("and %(n)d team below", "and %(n)d teams below", self.teams_below) % {"n": self.teams_below}
        n = self.coverage.stations
        return ngettext("%(n)d station", "%(n)d stations", n) % {"n": n}

    @property
    def mode_icon(self) -> str:
        return MODE_ICONS[Mode(self.directive.mode)]

    @property
    def mode_words(self) -> str:
        """What happens to a changed text."""
        return mode_words(self.directive)

    @property
    def badge(self) -> StateWords | None:
        """Its state, where that is more than in place."""
        return badge_of(self.directive, self.coverage) if not self._is_quiet else None

    @property
    def _is_quiet(self) -> bool:
        return self.directive.status == DirectiveStatus.ACTIVE and not self.coverage.is_pending


def mode_words(directive: Directive) -> str:
    """What a station does with a changed text, in one or two words."""
    if directive.mode == Mode.TEMPORARY:
        return _("Allowed {hours} h").format(hours=directive.timeout_hours)
    return str(Mode(directive.mode).label)


def badge_of(directive: Directive, coverage: Coverage) -> StateWords:
    """The badge of a directive's page: rolling out, in place, paused, withdrawn."""
    if directive.status == DirectiveStatus.PAUSED:
        return StateWords("free", "circle-pause", _("Paused"))
    if directive.status == DirectiveStatus.WITHDRAWN:
        return StateWords("free", "archive", _("Withdrawn"))
    if coverage.is_pending:
        return StateWords("free", "radio", _("Rolling out"))
    if coverage.has_drifted:
        return StateWords("bad", "file-diff", _("Drifted"))
    return StateWords("good", "circle-check", _("In place"))


def directive_rows(reader: FleetReader, directives: QuerySet[Directive] | Iterable[Directive]) -> list[DirectiveRow]:
    """The rows, in the order given, in a number of queries that does not depend on theirs."""
    if isinstance(directives, QuerySet):
        directives = directives.select_related("project", "release", "team")
    found = list(directives)
    seen = reader.seen
    where = coverages(seen, found, now=reader.now)
    return [
        DirectiveRow(
            each,
            where[each.id],
            len(seen.below(each.team_id)),
            each.team.parent_id is None,
        )
        for each in found
    ]
