"""What happens to the cells of an evaluation while it runs, for pages that show them: those that ended since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from stages.runs.cells import CellCall, Key, read_cells
from stages.runs.models import Call, Experiment, Purpose, Run
from stages.runs.pages.evaluation_rows import suite_size
from stages.runs.pages.matrix import anchor_of, answered_text, cell_words
from stages.runs.pages.money import money_text
from stages.runs.results import CellResult, Change, ModelResult, Results, newest_runs


def news_data(found: Results) -> dict[str, int]:
    """What the script of a page of results goes on from: its runs under way, each with the call it knows all before."""
    live = [(model.run, model.calls) for model in found.models if model.run is not None and not model.run.has_ended]
    return {str(run.id): _settled(0, calls.values()) for run, calls in live}


def cell_news(
    experiment: Experiment, baseline: Experiment | None, known: Mapping[UUID, int], *, most: int
) -> dict[str, Any]:
    """The cells of these runs that have ended since; none, and `is_cut`, where there are more than `most`."""
    runs = newest_runs(experiment)
    before = newest_runs(baseline) if baseline is not None else {}
    cells: list[list[str]] = []
    after = {}
    for name, run in runs.items():
        if run.id not in known:
            continue
        calls = read_cells(run.id, after=known[run.id])
        after[str(run.id)] = _settled(known[run.id], calls.values())
        ended = {key: call for key, call in calls.items() if call.is_settled}
        if len(cells) + len(ended) > most:
            return {"is_cut": True, "cells": [], "after": after}
        passed = _passed(before[name], ended) if name in before and ended else {}
        cells.extend(_cell(ModelResult(name, run, ended), key, call, passed) for key, call in ended.items())
    graded = Call.objects.filter(run__in=runs.values(), purpose=Purpose.GENERATE, passed__isnull=False).count()
    size = suite_size(experiment)
    answered = answered_text(graded, size.cells if size else graded)
    cost = money_text(sum(run.cost for run in runs.values()))
    return {"is_cut": False, "cells": cells, "after": after, "answered": answered, "cost": cost}


def _settled(known: int, calls: Iterable[CellCall]) -> int:
    """The number of the last call that all before it say how their cell ended."""
    every = list(calls)
    open_calls = [call.number for call in every if not call.is_settled]
    return min(open_calls) - 1 if open_calls else max((call.number for call in every), default=known)


def _passed(run: Run, wanted: Mapping[Key, CellCall]) -> dict[Key, bool | None]:
    """How the same cells of the baseline's run ended."""
    cases = {case for case, _repeat in wanted}
    calls = Call.objects.filter(run=run, purpose=Purpose.GENERATE, case__in=cases).order_by("number")
    return {(case, repeat): passed for case, repeat, passed in calls.values_list("case", "repeat", "passed")}


def _cell(model: ModelResult, key: Key, call: CellCall, before: Mapping[Key, bool | None]) -> list[str]:
    """The id of a cell's link, and what it says: colour, icon, words."""
    change: Change = ""
    if key in before:
        was = before[key]
        changes: dict[tuple[bool | None, bool | None], Change] = {(True, False): "regressed", (False, True): "fixed"}
        change = changes.get((was, call.passed), "same" if was == call.passed and was is not None else "uncertain")
    words = cell_words(CellResult(model.name, key[1], model.state_of(call), call, change))
    return [anchor_of(key[0], model.name, key[1]), words.state, words.icon, words.label]
