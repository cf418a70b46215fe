"""What was altered on a station, beside its directive: as far as it was proposed, where the reader may read it.

A station sends the text of a change only where the mode `temporary` allows it, and that becomes a proposal. Of all
other changes the site knows hashes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet

from accounts.models import User
from drafts.compare.versions import FieldContents, compare_contents
from drafts.draft import FieldContent
from kernel.errors import DomainError
from projects.access import get_project
from projects.fields import FILES
from proposals.drift import Item, items_of_round, sizes_of
from proposals.kinds import DEFAULT_KIND, Content
from proposals.models import Proposal, Round
from stages.fleet.models import Directive
from stages.fleet.pages.report_words import ReportView
from stages.fleet.stations.services.changing import Alteration, origin_of
from workspace.compare.rows import FieldComparison, comparison_view

# Rows that the panel of a report shows; all of them are on the page of the proposal.
MAX_ROWS: Final = 200
# Rounds in which the text of a report is looked for, the newest first.
_MAX_ROUNDS: Final = 20


@dataclass(frozen=True, slots=True)
class Altered:
    """The proposal of a report's text, and how that text differs from the directive, where a round still holds it."""

    proposal: Proposal
    difference: FieldComparison | None


def altered_in(view: ReportView, reader: User) -> Altered | None:
    """The proposal that was made of a report; None for every other report, and where the reader may not read it."""
    directive = _directive(view) if view.has_text else None
    if directive is None:
        return None
    try:
        get_project(user=reader, project_id=directive.project_id)
    except DomainError:
        return None
    proposals = _proposals(view, directive)
    rounds = Round.objects.filter(proposal__in=proposals).select_related("proposal")
    for each in rounds.order_by("-proposal__number", "-number")[:_MAX_ROUNDS]:
        item = _item(each, directive.field, view.found)
        if item is not None:
            return Altered(each.proposal, _difference(item, directive.field, reader))
    newest = proposals.order_by("-number").first()
    return Altered(newest, None) if newest else None


def _directive(view: ReportView) -> Directive | None:
    named = str(view.body.get("directive", ""))
    return Directive.objects.filter(pk=named).first() if named else None


def _proposals(view: ReportView, directive: Directive) -> QuerySet[Proposal]:
    facts = {name: str(view.body.get(name, "")) for name in ("directive", "path", "repository")}
    kind, name = origin_of(view.report.station_id, Alteration.of(facts, "").place)
    return Proposal.objects.filter(
        project=directive.project_id, author=view.report.station_id, origin_type=kind, origin_id=name
    )


def _item(round_: Round, field: str, found: str) -> Item | None:
    """What the round makes of the field, if that is the text of the report."""
    for item in items_of_round(round_):
        is_it = item.key.kind == DEFAULT_KIND and item.key.target == field
        if is_it and item.after is not None and item.after["sha256"] == found:
            return item
    return None


def _difference(item: Item, field: str, reader: User) -> FieldComparison | None:
    sizes = sizes_of([item.base, item.after])
    old, new = _contents(field, item.base, sizes), _contents(field, item.after, sizes)
    try:
        fields = comparison_view(compare_contents(old, new, reader=reader.id, rows=MAX_ROWS)).fields
    except DomainError:
        # Too many compare large texts now; the proposal shows it.
        return None
    return fields[0] if fields else None


def _contents(field: str, content: Content, sizes: dict[str, int]) -> FieldContents:
    if content is None:
        return {}
    size = sizes.get(content["sha256"], 0) if field.startswith(FILES) else 0
    return {field: FieldContent(content["sha256"], content["media_type"], content["language"], size)}
