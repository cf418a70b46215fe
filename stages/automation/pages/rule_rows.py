"""What the page of a rule shows beside its builder: the rail, what it would do, and the rules before and after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.callers import Caller
from kernel.errors import DomainError, ValidationFailed
from projects.models import Status
from projects.permissions import allowed
from stages.automation.pages.rail import RailContext, RailRow
from stages.automation.pages.rule_form import RuleForm
from stages.automation.permissions import SAVE_RULE
from stages.automation.reading.rule_counts import known_counts
from stages.automation.reading.rule_samples import Sample, sample_of
from stages.automation.reading.rule_words import pieces
from stages.automation.reading.rules import SavedRule, rules_of
from stages.automation.rules.graph import arrows
from stages.automation.rules.language import NamedRule
from stages.automation.services.rules import Checked, check_rule
from stages.registers.reading.reader import Reader
from stages.registers.schema import Column, Relation, Schema, Table


@dataclass(frozen=True, slots=True)
class OtherRule:
    """Another rule, and where it is in the order: `before`, `after` or `apart`."""

    saved: SavedRule
    words: list[tuple[str, bool]]
    place: str
    address: str


@dataclass(frozen=True, slots=True)
class Live:
    """What a rule would do if it were saved now; `problems` is why nobody can say."""

    checked: Checked | None = None
    words: list[tuple[str, bool]] = field(default_factory=list)
    sample: list[Sample] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def counts(self) -> list[tuple[int, str, str]]:
        """Numbers with their words, and how they look."""
        look = self.checked.look if self.checked else None
        if look is None:
            return []
        filled = len(look.filled)
        if self.checked is not None and self.checked.rule.add_to is None:
            return [
                (len(look.matching), _("match"), ""),
                (len(look.matching) - filled, _("as they are"), ""),
                (filled, _("would get values"), "plus"),
            ]
        return [
            (len(look.matching), _("match"), ""),
            (len(look.matching) - len(look.joining) - len(look.kept_out), _("already there"), ""),
            (len(look.joining), _("would join"), "plus"),
            (len(look.leaving), _("would leave"), "minus"),
        ]

    def of(self, change: str) -> list[Sample]:
        return [each for each in self.sample if each.change == change]

    @property
    def groups(self) -> list[tuple[str, list[Sample]]]:
        """The first records, by what would become of them."""
        words = {
            "joins": _("Would join"),
            "fills": _("Would get values"),
            "leaves": _("Would leave"),
            "stays": _("Stay, a person put them there"),
            "kept_out": _("Stay out, a person took them out"),
            "none": _("As they are"),
        }
        return [(label, found) for change, label in words.items() if (found := self.of(change))]


def rail_rows(context: RailContext) -> Sequence[RailRow]:
    """The rules of the project, each with the count of its records where that is known."""
    project_id = context.access.project.id
    counts = known_counts(context.reader.storage, [each for each in context.rules if each.is_on])
    return [
        RailRow(
            f"rules/{each.id}",
            each.label,
            reverse("automation:rule", args=[project_id, each.id]),
            "workflow",
            _number(counts.get(each.id)) if each.is_on else str(_("Off")),
            slot_of(each.id) if each.is_on else "",
        )
        for each in context.rules
    ]


def counts_later(context: RailContext) -> str:
    """What answers the counts that are not known yet; nothing where all are."""
    rules = [each for each in context.rules if each.is_on]
    if len(known_counts(context.reader.storage, rules)) == len(rules):
        return ""
    return reverse("automation:rule_counts", args=[context.access.project.id])


def slot_of(rule_id: str) -> str:
    """The id of the place in the rail that shows how many records a rule is about."""
    return f"rule-count-{rule_id}"


def _number(count: int | None) -> str:
    return "" if count is None else f"{count:,}"


def new_rule(context: RailContext) -> tuple[str, str] | None:
    """What leads to a new rule, for who may save one."""
    project = context.access.project
    if not allowed(SAVE_RULE, role=context.access.role, status=Status(project.status)):
        return None
    return str(_("New rule")), reverse("automation:new_rule", args=[project.id])


def live_of(caller: Caller, reader: Reader, definition: Any, rule_id: UUID | None, *, is_complete: bool) -> Live:
    """What a definition would do. It never raises: problems are said."""
    if not is_complete:
        return Live(problems=[_("Choose what is still missing to see what the rule does.")])
    try:
        found = check_rule(caller=caller, project_id=reader.project_id, definition=definition, rule_id=rule_id)
    except ValidationFailed as refused:
        return Live(
            problems=[f"{path.removeprefix('definition.')}: {each[0]}" for path, each in refused.errors.items()]
        )
    except DomainError as refused:
        return Live(problems=[refused.detail])
    problems = [_("These rules would set each other off without end.")] if found.cycle else []
    return Live(found, pieces(found.rule, found.schema), sample_of(reader, found.look), problems)


def other_rules(project_id: UUID, schema: Schema, named: NamedRule | None) -> list[OtherRule]:
    """The other rules of a project, those before and after this one first."""
    found = []
    for saved in rules_of(project_id):
        if saved.rule is None or (named is not None and saved.id == named.id):
            continue
        place = _place(named, saved.rule) if named is not None else "apart"
        address = reverse("automation:rule", args=[project_id, saved.id])
        found.append(OtherRule(saved, pieces(saved.rule.rule, schema), place, address))
    return sorted(found, key=lambda each: (("before", "after", "apart").index(each.place), each.saved.name))


def _place(named: NamedRule, other: NamedRule) -> str:
    before = arrows([named, other], {})
    return "before" if other in before[named] else "after" if named in before[other] else "apart"


@dataclass(frozen=True, slots=True)
class Choices:
    """What the builder offers."""

    schema: Schema

    @property
    def tables(self) -> list[Table]:
        return list(self.schema.tables.values())

    def columns(self, facet: str) -> list[Column]:
        table = self.schema.table(facet)
        return list(table.columns) if table else []

    def relations(self, facet: str) -> list[tuple[str, str]]:
        """The relations of a table's records, with the table at the other end: values and words."""
        found: list[tuple[str, str]] = []
        for relation, outgoing in self.schema.relations_of(facet):
            far = relation.target if outgoing else relation.source
            tables = [self.schema.tables[far]] if far in self.schema.tables else self.tables if not far else []
            direction = "to" if outgoing else "from"
            found += [
                (f"{direction}:{relation.type}:{each.facet}", _words(relation, each, outgoing)) for each in tables
            ]
        return found


def _words(relation: Relation, table: Table, outgoing: bool) -> str:
    label = relation.label if outgoing else relation.inverse_label
    return f"{label} · {table.label}"


def target_columns(form: RuleForm, choices: Choices) -> list[Column]:
    """The columns that a rule can fill."""
    return [each for each in choices.columns(form.add_to or form.scope) if not each.crdt]
