"""Whether the calls and consoles of ended runs are what the events of their ends say (control c02)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from django.db.models import BigIntegerField, Count, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from audit.findings import Finding
from audit.models import Event
from stages.runs.bundle_verifier import cells_of_lines, count_cells
from stages.runs.models import Call, Meter
from stages.runs.refinement.scores import outcome_of
from stages.runs.services.ending import call_line, log_sha256, record_sha256

_ENDS: Final = ("run.succeeded", "run.failed", "run.canceled")


def contents_of_calls() -> Iterator[str]:
    """The hashes of what calls sent and received; `check_records` proves the calls."""
    columns = ("request_id", "response_id", "tool_calls_id")
    for hashes in Call.objects.values_list(*columns).iterator(chunk_size=2000):
        yield from filter(None, hashes)


def check_meters() -> Iterator[Finding]:
    """Recompute what each meter has spent and reserved from the calls, in one statement."""
    for meter in Meter.objects.annotate(**_sums("project", "run__project")).exclude(project=None).iterator():
        yield from _check_meter(meter)
    for meter in Meter.objects.annotate(**_sums("profile", "profile")).exclude(profile=None).iterator():
        yield from _check_meter(meter)


def _sums(owner: str, path: str) -> dict[str, Any]:
    """What the calls of a meter's project or profile add up to."""
    calls = Call.objects.order_by().filter(**{path: OuterRef(owner)}).values(path)
    ended, under_way = calls.filter(month=OuterRef("month")), calls.filter(outcome="")
    return {
        "spent_by_calls": _sum(ended.annotate(total=Sum("cost"))),
        "reserved_by_calls": _sum(under_way.annotate(total=Sum("worst_cost"))),
        "calls_under_way": _sum(under_way.annotate(total=Count("pk"))),
    }


def _sum(calls: QuerySet[Any, Any]) -> Coalesce:
    return Coalesce(Subquery(calls.values("total"), output_field=BigIntegerField()), 0)


def _check_meter(meter: Any) -> Iterator[Finding]:
    """Compare one meter, with its sums beside it."""
    counted = (meter.spent, meter.reserved, meter.open_calls)
    if counted != (meter.spent_by_calls, meter.reserved_by_calls, meter.calls_under_way):
        yield Finding(str(meter), "it does not count what its calls cost", str(meter.project_id or meter.profile_id))


def recounted(run_id: str, calls: Iterable[Call]) -> dict[str, Any]:
    """The verdict that a run's calls add up to, by the rules that were recorded when it was queued."""
    queued = Event.objects.get(action="run.queued", target_type="run", target_id=run_id).data
    if "refinement" in queued:
        return outcome_of(list(calls), queued["refinement"]["held_out"]).as_data()
    suite = queued["suite"]
    return count_cells(cells_of_lines(map(call_line, calls)), rules=suite["rules"], expected=suite["cells"])


def check_records() -> Iterator[Finding]:
    """Recompute the hashes of every ended run's calls and of its console."""
    for event in Event.objects.filter(action__in=_ENDS).order_by("chain", "seq").iterator(chunk_size=200):
        run_id = event.data["run_id"]
        calls = Call.objects.filter(run=run_id).select_related("reused_from").order_by("number")
        where = f"{event.chain}#{event.seq}"
        if record_sha256(calls) != event.data["record_sha256"]:
            yield Finding(where, f"the calls of run {run_id} were changed", event.chain)
        if (verdict := event.data.get("verdict")) is not None and verdict != recounted(run_id, calls):
            yield Finding(where, f"the answers of run {run_id} add up to another verdict", event.chain)
        if log_sha256(run_id) != event.data["log_sha256"]:
            yield Finding(where, f"the console of run {run_id} was changed", event.chain)
