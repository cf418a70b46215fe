"""What an experiment's runs said, as text files: the console, and one whole answer."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import merge
from typing import Final
from uuid import UUID

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext as _

from audit.keys.text import rfc3339
from kernel.errors import NotFound
from projects.access import get_project
from rest.streaming import in_threads
from stages.runs.console import lines_after
from stages.runs.models import Run, RunLog
from stages.runs.pages.experiment_views import load
from stages.runs.reading import answer_of, visible_run
from workspace.decorators import PageRequest, page

# Lines of one run that are read at once, each at most 16 KiB, and bytes that are sent at once.
LINES: Final = 64
PIECE: Final = 64 * 1024
PLAIN: Final = "text/plain; charset=utf-8"


@page()
def log(request: PageRequest, project_id: UUID, experiment_id: UUID) -> StreamingHttpResponse:
    """`?run=<id>`: the console of all runs, or of one, as a text file: time, number of the run, kind, text."""
    shown = load(get_project(user=request.user, project_id=project_id), experiment_id)
    identities = Run.objects.filter(experiment=shown).order_by("id").values_list("id", flat=True)
    numbers = {identity: number for number, identity in enumerate(identities, 1)}
    wanted = {run: number for run, number in numbers.items() if request.GET.get("run", "") in {"", str(run)}}
    pieces = _pieces(wanted)
    response = StreamingHttpResponse(in_threads(pieces) if isinstance(request, ASGIRequest) else pieces)
    response["Content-Type"] = PLAIN
    response["Content-Disposition"] = f'attachment; filename="experiment-{shown.id}.log"'
    return response


@page()
def answer(request: PageRequest, project_id: UUID, run_id: UUID) -> HttpResponse:
    """The whole answer of a run that succeeded, as a text file; empty of any other."""
    run = visible_run(user=request.user, run_id=run_id)
    if run.project_id != project_id:
        raise NotFound(_("Run not found."))
    response = HttpResponse(answer_of(run), content_type=PLAIN)
    response["Content-Disposition"] = f'attachment; filename="answer-{run.id}.txt"'
    return response


def _pieces(numbers: dict[UUID, int]) -> Iterator[bytes]:
    """The lines of runs in the order of their times; of each run only the next few are in memory."""
    lines: list[bytes] = []
    size = 0
    for line in merge(*map(_lines, numbers), key=lambda line: (line.at, line.run_id, line.number)):
        text = f"{rfc3339(line.at)}\t{numbers[line.run_id]}\t{line.kind}\t{_one_line(line.text)}\n"
        lines.append(text.encode())
        size += len(lines[-1])
        if size >= PIECE:
            yield b"".join(lines)
            lines, size = [], 0
    yield b"".join(lines)


def _lines(run_id: UUID) -> Iterator[RunLog]:
    after = 0
    while lines := lines_after(run_id, after, LINES):
        yield from lines
        after = lines[-1].number


def _one_line(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
