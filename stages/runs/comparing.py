"""Runs of one experiment beside each other: what each changed or answered, and what that took.

A page that compares runs calls `runs_to_compare` and `compare_runs`; REST shows the same as `comparison_body`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from accounts.models import User
from drafts.compare.admission import admitted
from drafts.compare.budget import Budget
from drafts.compare.fields import FieldDifference, Outcome, compare_field
from drafts.compare.text import TextDifference, compare_texts
from drafts.compare.versions import MAX_READ
from kernel.errors import NotFound, PayloadTooLarge, ValidationFailed
from stages.runs.answers import answers_size
from stages.runs.bodies import run_body
from stages.runs.limits import MAX_RUNS, MIN_RUNS
from stages.runs.models import Experiment, Purpose, Run
from stages.runs.models.experiments import PATCHING
from stages.runs.reading import answer_of, shown_proposal
from stages.runs.sources import FileTexts, changed_size, changed_texts


class Against(StrEnum):
    """What each run is compared with: the texts that all of them worked on, or the first of the runs."""

    SOURCE = "source"
    FIRST = "first"


@dataclass(frozen=True, slots=True)
class ComparedRun:
    """One run of a comparison.

    `differences` are those of its files, sorted by name: to the source, or to what the first run made of them. A run
    that answers has its `answer`, and how it differs from the first run's where that is asked for. `seconds` is how
    long it took, None where it was never begun or has not ended; `repairs` how often its patch did not fit.
    """

    run: Run
    answer: str
    answer_difference: TextDifference | None
    differences: tuple[FieldDifference, ...]
    seconds: float | None
    repairs: int


def runs_to_compare(experiment: Experiment, run_ids: Sequence[UUID], *, reader: User | None = None) -> list[Run]:
    """Runs of an experiment in the order that is asked for; for a reader as `load_run` has them.

    Raises `ValidationFailed` on `runs` for fewer than 2 or more than 4, or one twice; `NotFound` for one of elsewhere.
    """
    if not MIN_RUNS <= len(run_ids) <= MAX_RUNS or len(set(run_ids)) < len(run_ids):
        words = _("Name {least} to {most} different runs.").format(least=MIN_RUNS, most=MAX_RUNS)
        raise ValidationFailed({"runs": [words]})
    related = ("profile", "starter", "chosen_by", "experiment", "message", "patch")
    runs = Run.objects.select_related(*related).filter(experiment=experiment)
    found = (runs if reader is None else runs.annotate(shown_proposal_id=shown_proposal(reader))).in_bulk(run_ids)
    if len(found) < len(run_ids):
        raise NotFound(_("Run not found."))
    return [found[each] for each in run_ids]


def compare_runs(runs: Sequence[Run], *, user: User, against: Against = Against.SOURCE) -> list[ComparedRun]:
    """Compare runs of one experiment, in their order. Raises `PayloadTooLarge` for texts over 16 MiB, `RateLimited`."""
    is_answer = runs[0].experiment.kind not in PATCHING
    size = sum(map(changed_size, runs)) + (answers_size(runs) if is_answer else 0)
    if size > MAX_READ:
        words = _("What these runs changed or answered is larger than {most} MiB together. Compare fewer.")
        raise PayloadTooLarge(words.format(most=MAX_READ // 1024**2), limit=MAX_READ)
    repairs = _repairs(runs)
    budget = Budget()
    # Also reading the texts waits for its turn: patches are applied then.
    with admitted(user.id, size):
        texts = [changed_texts(run) for run in runs]
        answers = [answer_of(run) if is_answer else "" for run in runs]
        return [
            ComparedRun(
                run=run,
                answer=answer,
                answer_difference=(
                    compare_texts(answers[0], answer, budget=budget)
                    if is_answer and against is Against.FIRST and number
                    else None
                ),
                differences=tuple(
                    _to_first(texts[0], files, budget)
                    if against is Against.FIRST and number
                    else [_difference(each.path, each.before, each.after, each.old_path, budget) for each in files]
                ),
                seconds=_seconds(run),
                repairs=repairs.get(run.id, 0),
            )
            for number, (run, files, answer) in enumerate(zip(runs, texts, answers, strict=True))
        ]


def comparison_body(compared: Sequence[ComparedRun]) -> dict[str, Any]:
    """A comparison as REST shows it."""
    return {
        "runs": [
            {
                "run": run_body(each.run),
                "answer": each.answer,
                "answer_difference": each.answer_difference.as_data() if each.answer_difference else None,
                "fields": [difference.as_data() for difference in each.differences],
                "seconds": each.seconds,
                "repairs": each.repairs,
            }
            for each in compared
        ]
    }


def _difference(path: str, old: str | None, new: str | None, old_path: str | None, budget: Budget) -> FieldDifference:
    found, same_values = compare_field(path, old, new, budget)
    change: Outcome = "added" if old is None else "removed" if new is None else "renamed" if old_path else "changed"
    return FieldDifference(path, change, found, source=old_path, same_values=same_values)


def _to_first(first: Sequence[FileTexts], files: Sequence[FileTexts], budget: Budget) -> list[FieldDifference]:
    """How the files of a run differ from those of the first, where one of both changed them."""
    made, others = _made(first), _made(files)
    before = {each.old_path or each.path: each.before for each in (*first, *files)}
    pairs = {path: (made.get(path, before.get(path)), others.get(path, before.get(path))) for path in made | others}
    return [_difference(path, *pairs[path], None, budget) for path in sorted(pairs) if len(set(pairs[path])) > 1]


def _made(files: Sequence[FileTexts]) -> dict[str, str | None]:
    """What a run made of files, by path; a renamed one is gone from its old path."""
    gone = {each.old_path: None for each in files if each.old_path}
    return {**gone, **{each.path: each.after for each in files}}


def _seconds(run: Run) -> float | None:
    if run.started_at is None or run.ended_at is None:
        return None
    return round((run.ended_at - run.started_at).total_seconds(), 3)


def _repairs(runs: Sequence[Run]) -> dict[UUID, int]:
    calls = Count("calls", filter=Q(calls__purpose=Purpose.REPAIR))
    counted = Run.objects.filter(pk__in=[run.pk for run in runs]).annotate(repairs=calls)
    return dict(counted.values_list("id", "repairs"))
