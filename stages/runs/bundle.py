"""What runs add to bundles: the calls and outputs of the evaluations that gates counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final
from uuid import UUID

from blobs.models import Blob
from publishing.bundle.contents import line
from publishing.bundle.parts import File
from publishing.bundle.rows import facts_of
from publishing.bundle.scope import BundleScope
from stages.runs import bundle_verifier
from stages.runs.models import Call
from stages.runs.services.ending import call_line

PAGE: Final = 500


def files_of_runs(scope: BundleScope) -> Iterator[File]:
    """The calls of the runs that the gates of the bundle's releases counted, and what they answered."""
    release = str(scope.release.id) if scope.release is not None else None
    facts = facts_of(scope, *bundle_verifier.GATE_MOMENTS)
    runs = bundle_verifier.runs_of_gates(bundle_verifier.gate_facts_of(facts, release=release))
    ids = [UUID(run) for run in runs]
    for run in ids:
        yield f"{bundle_verifier.RUN_FILES}{run}.jsonl", _lines(run)
    calls = Call.objects.filter(run__in=ids).order_by()
    outputs = {sha256 for pair in calls.values_list("response_id", "tool_calls_id").distinct() for sha256 in pair}
    for sha256 in sorted(filter(None, outputs)):
        yield f"{bundle_verifier.OUTPUT_FILES}{sha256}", _output(sha256)


def _lines(run: UUID) -> Iterator[bytes]:
    """The calls of a run, in pages, so that nothing stays open between two of them."""
    last = 0
    calls = Call.objects.filter(run=run).select_related("reused_from").order_by("number")
    while page := list(calls.filter(number__gt=last)[:PAGE]):
        yield from (line(call_line(call)) for call in page)
        last = page[-1].number


def _output(sha256: str) -> Iterable[bytes]:
    """The output; empty if it is missing, which the verifier then reports."""
    found = Blob.objects.filter(pk=sha256).first()
    yield bytes(found.data or b"") if found else b""
