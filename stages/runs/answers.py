"""The texts of many runs at once: what each answered, or as much as has come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import BinaryField, F, Sum
from django.db.models.functions import Substr

from stages.runs.models import Call, LogKind, Run, RunLog, RunStatus


def answers_of(runs: Sequence[Run], *, most: int) -> dict[UUID, str]:
    """The text of each run by its id; two queries however many there are.

    Of a run that succeeded the first `most` characters of its answer, and one more where there are more; of any other
    the text that its console has so far.
    """
    succeeded = [run.id for run in runs if run.status == RunStatus.SUCCEEDED]
    others = [run.id for run in runs if run.status != RunStatus.SUCCEEDED]
    calls = Call.objects.filter(run__in=succeeded, attempt=F("run__attempt"), error="", candidate=None)
    calls = calls.exclude(response=None)
    # A character has at most four bytes.
    begins = Substr("response__data", 1, 4 * (most + 1), output_field=BinaryField())
    answered = calls.order_by("run", "number").values_list("run_id", begins)
    texts = {run_id: bytes(data).decode("utf-8", "ignore")[: most + 1] for run_id, data in answered}
    lines: dict[UUID, list[tuple[str, str]]] = {run_id: [] for run_id in others}
    found = RunLog.objects.filter(run__in=others).order_by("run", "number")
    for run_id, kind, text in found.values_list("run_id", "kind", "text"):
        lines[run_id].append((kind, text))
    return texts | {run_id: text_of_lines(of_run) for run_id, of_run in lines.items()}


def answers_size(runs: Sequence[Run]) -> int:
    """How many bytes the answers of runs have together at most; a run that was asked again counts each of them."""
    succeeded = [run.id for run in runs if run.status == RunStatus.SUCCEEDED]
    calls = Call.objects.filter(run__in=succeeded, attempt=F("run__attempt"), error="", case="", candidate=None)
    total: int | None = calls.aggregate(total=Sum("response__size"))["total"]
    return total or 0


def text_of_lines(lines: Iterable[tuple[str, str]]) -> str:
    """The text of a console's lines `(kind, text)`: text after a step begins anew, as the model was asked again."""
    pieces: list[str] = []
    is_after_step = False
    for kind, text in lines:
        if kind == LogKind.TEXT:
            if is_after_step:
                pieces.clear()
            pieces.append(text)
            is_after_step = False
        elif kind == LogKind.STEP:
            is_after_step = True
    return "".join(pieces)
