"""The page on which a module is adopted: what was ticked, and what that would do, in lines that follow each click."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stages.automation.reading.adoption import AdoptionPlan
from stages.automation.reading.module_parts import RulePlan
from stages.automation.reading.suggestions import Suggestion

ANSWERS: Final[Mapping[str, bool]] = {"same": True, "different": False}


@dataclass(frozen=True, slots=True)
class AdoptionForm:
    """What somebody has ticked: wishes by `Wish.value`, rules that are on, answers by the form names of suggestions."""

    grants: frozenset[str] = frozenset()
    rules: frozenset[str] = frozenset()
    answers: Mapping[str, str] = field(default_factory=dict)

    @property
    def by_kind(self) -> dict[str, list[str]]:
        """Grants as `adopt_module` takes them."""
        found: dict[str, list[str]] = {}
        for each in sorted(self.grants):
            kind, _colon, text = each.partition(":")
            found.setdefault(kind, []).append(text)
        return found


def first_form(plan: AdoptionPlan) -> AdoptionForm:
    """How the page begins: nothing granted, nothing said to be the same, the rules on that nobody has switched off."""
    return AdoptionForm(rules=frozenset(each.name for each in plan.parts.rules if each.is_on))


def read_form(post: QueryDict) -> AdoptionForm:
    """What was sent."""
    answers = {name: str(value) for name, value in post.items() if name.startswith("answer:")}
    return AdoptionForm(frozenset(post.getlist("grant")), frozenset(post.getlist("rule")), answers)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of what adopting does; `tone` is "warning" for what a person will have to decide."""

    icon: str
    lead: str
    text: str = ""
    tone: str = ""


def lines_of(plan: AdoptionPlan, form: AdoptionForm) -> list[Line]:
    """What adopting would do, as the form is."""
    found = [*_tables(plan), *_grants(plan, form), *_answers(plan, form), *_rules(plan, form)]
    return found or [Line("check", _("Nothing changes in the tables"))]


def _tables(plan: AdoptionPlan) -> Iterator[Line]:
    back = [each for each in plan.new_tables if each.records]
    if count := len(plan.new_tables) - len(back):
        yield Line("table-2", ngettext("%(n)s new table", "%(n)s new tables", count) % {"n": count})
    for each in back:
        words = ngettext("comes back with %(n)s record", "comes back with %(n)s records", each.records)
        yield Line("table-2", each.label, words % {"n": f"{each.records:,}"})
    for each in plan.extended_tables:
        count = len(each.new_columns)
        words = ngettext("%(n)s new column", "%(n)s new columns", count) % {"n": count}
        yield Line("columns-3", words, _("in {table}").format(table=each.label))


def _grants(plan: AdoptionPlan, form: AdoptionForm) -> Iterator[Line]:
    if plan.wishes:
        wanted, given = len(plan.wishes), len(form.grants & {each.value for each in plan.wishes})
        words = _("{given} of {wanted} granted") if given else _("Nothing granted of {wanted}")
        yield Line("key-round", words.format(given=given, wanted=wanted))
    on = [each for each in plan.parts.scripts if each.is_on or (each.wishes and each.wishes <= form.grants)]
    off = [each for each in plan.parts.scripts if each not in on]
    if on:
        names = ", ".join(each.title for each in on)
        yield Line("file-code", ngettext("%(n)s script on", "%(n)s scripts on", len(on)) % {"n": len(on)}, names)
    if off:
        lead = ngettext("%(n)s script stays off", "%(n)s scripts stay off", len(off)) % {"n": len(off)}
        yield Line("file-code", lead, _("until an owner grants what it asks for and switches its text on"))
    yield from _views(plan, form)


def _views(plan: AdoptionPlan, form: AdoptionForm) -> Iterator[Line]:
    """The views that are code of the module: like scripts, each is off unless it gets all that it asks for."""
    for each in plan.parts.views:
        if each.is_on or (each.wishes and each.wishes <= form.grants):
            yield Line("eye", each.title, _("on"))
        else:
            yield Line("eye", each.title, _("stays off until an owner switches this view on"))


def _answers(plan: AdoptionPlan, form: AdoptionForm) -> Iterator[Line]:
    possible = plan.suggestions.possible
    same = [each for each in possible if form.answers.get(each.form_name) == "same"]
    later = [each for each in possible if form.answers.get(each.form_name) not in ANSWERS]
    if same:
        words = ngettext("%(n)s column mapped", "%(n)s columns mapped", len(same)) % {"n": len(same)}
        left = _("{count} left for later").format(count=len(later)) if later else ""
        yield Line("equal", words, left)
    elif later:
        yield Line("equal", _("No column mapped"), _("{count} left for later").format(count=len(later)))
    yield from (_conflicts(each) for each in same if each.differ)


def _conflicts(suggestion: Suggestion) -> Line:
    lead = ngettext("%(n)s conflict", "%(n)s conflicts", suggestion.differ) % {"n": f"{suggestion.differ:,}"}
    words = _("to decide, by “{one} is {other}”")
    names = {"one": suggestion.one.column.label, "other": suggestion.other.column.label}
    return Line("git-merge", lead, words.format(**names), "warning")


def _rules(plan: AdoptionPlan, form: AdoptionForm) -> Iterator[Line]:
    on = [each for each in plan.parts.rules if each.name in form.rules]
    if on:
        lead = ngettext("%(n)s rule on", "%(n)s rules on", len(on)) % {"n": len(on)}
        joining, changing = sum(each.joining for each in on), sum(each.changing for each in on)
        words = []
        if joining:
            text = ngettext("%(n)s record proposed to join", "%(n)s records proposed to join", joining)
            words.append(text % {"n": f"{joining:,}"})
        if changing:
            text = ngettext("%(n)s proposed to change", "%(n)s proposed to change", changing)
            words.append(text % {"n": f"{changing:,}"})
        yield Line("workflow", lead, ", ".join(words))
    if off := len(plan.parts.rules) - len(on):
        yield Line("workflow", ngettext("%(n)s rule stays off", "%(n)s rules stay off", off) % {"n": off})


def words_of_rule(rule: RulePlan) -> str:
    """What a rule that is switched on would propose."""
    if rule.joining:
        return _("{count} would join").format(count=f"{rule.joining:,}")
    if rule.changing:
        return _("{count} would change").format(count=f"{rule.changing:,}")
    return _("Changes nothing now")
