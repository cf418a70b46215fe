"""Two to four runs beside each other as a table: facts, then what they answered or changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from drafts.compare.comparison import Comparison
from drafts.compare.fields import FieldDifference
from projects import field_names
from projects.fields import PROMPT
from stages.runs.comparing import ComparedRun
from stages.runs.models.experiments import PATCHING
from stages.runs.pages.money import money_text
from workspace.compare.rows import FieldComparison, comparison_view

# An answer is no field; its difference is drawn as that of a text.
_AS_TEXT: Final = PROMPT


@dataclass(frozen=True, slots=True)
class Fact:
    """One cell of a row of facts; `note` is what it differs by from the best."""

    text: str
    note: str = ""
    is_best: bool = False


@dataclass(frozen=True, slots=True)
class FactRow:
    """One row of facts, a cell for each run."""

    label: str
    facts: list[Fact]


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field that some of the runs changed; a cell is None where the run left it as it was."""

    name: str
    cells: list[FieldComparison | None]

    @property
    def label(self) -> str:
        return field_names.label(self.name)


def fact_rows(compared: Sequence[ComparedRun]) -> list[FactRow]:
    """What each did; the best time, number of tokens and cost, and by how much the others differ."""
    runs = [each.run for each in compared]
    rows = [
        FactRow(_("Time"), _ranked([each.seconds for each in compared], _seconds)),
        FactRow(_("Tokens"), _tokens(compared)),
        FactRow(_("Cost"), _ranked([run.cost for run in runs], _money)),
    ]
    if runs[0].experiment.kind in PATCHING:
        rows = [
            FactRow(_("What it did"), [Fact(run.summary or "–") for run in runs]),
            FactRow(_("Patch"), [_patch(each) for each in compared]),
            *rows,
        ]
    return rows


def field_rows(compared: Sequence[ComparedRun]) -> list[FieldRow]:
    """The fields that any run changed, each once, in the order of the workspace."""
    found = [{each.name: each for each in _drawn(one.differences)} for one in compared]
    names = field_names.in_order({name for fields in found for name in fields})
    return [FieldRow(name, [fields.get(name) for fields in found]) for name in names]


def answer_cells(compared: Sequence[ComparedRun]) -> list[FieldComparison | None]:
    """How each answer differs from the first; None where it is the same, or is not compared."""
    cells: list[FieldComparison | None] = []
    for each in compared:
        difference = each.answer_difference
        drawn = _drawn([FieldDifference(_AS_TEXT, "changed", difference)]) if difference is not None else []
        cells.append(drawn[0] if drawn and drawn[0].blocks and drawn[0].changes else None)
    return cells


def _drawn(differences: Sequence[FieldDifference]) -> list[FieldComparison]:
    return comparison_view(Comparison(tuple(differences), (), coarse=False)).fields


def _patch(compared: ComparedRun) -> Fact:
    count = len(compared.run.files_changed)
    if not count:
        return Fact(_("Nothing changed"))
    experiment = compared.run.experiment
    is_commit = experiment.repository_id is not None
    words = ngettext("{n} file", "{n} files", count) if is_commit else ngettext("{n} field", "{n} fields", count)
    words = words.format(n=count)
    source = _("v{version}").format(version=experiment.version) if experiment.version else experiment.commit[:7]
    if not compared.repairs:
        return Fact(words, _("fits {source}").format(source=source))
    return Fact(words, _("fits {source} after one repair").format(source=source))


def _tokens(compared: Sequence[ComparedRun]) -> list[Fact]:
    ranked = _ranked([each.run.output_tokens for each in compared], _grouped)
    return [
        Fact(
            _("{input} in, {output} out").format(input=_grouped(each.run.input_tokens), output=fact.text),
            fact.note,
            fact.is_best,
        )
        for each, fact in zip(compared, ranked, strict=True)
    ]


def _ranked(values: Sequence[float | None], words: Callable[[float], str]) -> list[Fact]:
    """The least value is the best, unless all are the same."""
    known = [value for value in values if value is not None]
    best, differs = min(known, default=0), len(set(known)) > 1
    return [
        Fact("–")
        if value is None
        else Fact(words(value), f"+{words(value - best)}" if value > best else "", is_best=differs and value == best)
        for value in values
    ]


def _seconds(value: float) -> str:
    return _("{n} s").format(n=f"{value:.1f}")


def _money(value: float) -> str:
    return money_text(int(value))


def _grouped(value: float) -> str:
    return str(number_format(int(value), force_grouping=True))
