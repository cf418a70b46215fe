"""What was used in a month, for people and programs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count, F, QuerySet, Sum

from stages.runs.models import Call, Meter

_SUMS = {
    "calls": Count("pk"),
    "input_tokens": Sum("input_tokens", default=0),
    "output_tokens": Sum("output_tokens", default=0),
    "cost": Sum("cost", default=0),
}


def budget_body(meter: Meter) -> dict[str, Any]:
    """Limits, and what counts against them, as they are shown."""
    return {
        "monthly_limit": meter.monthly_limit,
        "max_open_calls": meter.max_open_calls,
        "calls_per_minute": meter.calls_per_minute,
        "month": meter.month,
        "spent": meter.spent,
        "reserved": meter.reserved,
        "open_calls": meter.open_calls,
    }


def project_usage(project_id: UUID, month: str) -> dict[str, Any]:
    """What a project's calls that ended in a month used, altogether and by model; the dearest model first."""
    return _usage(Call.objects.filter(run__project=project_id, month=month), month)


def profile_usage(profile_id: UUID, month: str) -> dict[str, Any]:
    """What the calls with a model used that ended in a month, of all projects."""
    return _usage(Call.objects.filter(profile=profile_id, month=month), month)


def _usage(calls: QuerySet[Call], month: str) -> dict[str, Any]:
    by_model = calls.order_by().values("profile_id", display_name=F("profile__display_name")).annotate(**_SUMS)
    models = list(by_model.order_by("-cost", "display_name"))
    return {"month": month, **calls.aggregate(**_SUMS), "models": models}
