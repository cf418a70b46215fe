"""Setting what the calls of a project, or with a model, may cost in a month and do at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import Caller
from accounts.rules import require_administrator
from audit.services import Target, record
from kernel.errors import ValidationFailed
from kernel.transactions import write_transaction
from projects.writing import ProjectWrite, project_write
from stages.runs import events
from stages.runs.costs import present_meter
from stages.runs.models import Meter, ModelProfile
from stages.runs.models.meters import LIMITS, MAX_CALLS, MAX_MONTHLY_LIMIT
from stages.runs.reading import load_profile
from stages.runs.services.metering import lock_meter, read_clock

_BOUNDS: Final = {
    "monthly_limit": (0, MAX_MONTHLY_LIMIT),
    "max_open_calls": (1, MAX_CALLS),
    "calls_per_minute": (1, MAX_CALLS),
}


def set_budget(
    *,
    caller: Caller,
    project_id: UUID | None = None,
    profile_id: UUID | None = None,
    monthly_limit: int | None,
    max_open_calls: int | None,
    calls_per_minute: int | None,
) -> Meter:
    """Set all limits of a project or of a model; None is no limit. Nothing is recorded where nothing changes.

    Owners do for their project and its models, administrators for the site's models. Money is in millionths of the
    currency. Calls under way go on, whatever the new limits. Raises `ValidationFailed`, `NotFound`.
    """
    limits = {"monthly_limit": monthly_limit, "max_open_calls": max_open_calls, "calls_per_minute": calls_per_minute}
    _check(limits)
    profile = load_profile(profile_id) if profile_id is not None else None
    of_project = profile.project_id if profile else project_id
    parameters = {"profile": str(profile_id) if profile_id else None, **limits}
    with _budget_write(caller, of_project, parameters) as write:
        if write is not None and write.repeat_of is not None:
            meter = present_meter(project_id=project_id, profile_id=profile_id)
            meter.repeated = True
            return meter
        meter = lock_meter(project_id=project_id, profile_id=profile_id)
        before = {name: getattr(meter, name) for name in LIMITS}
        if before == limits:
            return meter
        _change(meter, limits)
        _record(caller, write, meter, profile, {"before": before, "after": limits})
    return meter


def _check(limits: Mapping[str, int | None]) -> None:
    for name, value in limits.items():
        least, most = _BOUNDS[name]
        if value is not None and not least <= value <= most:
            words = _("Must be from {least} to {most}.").format(least=least, most=most)
            raise ValidationFailed({name: [words]})


@contextmanager
def _budget_write(
    caller: Caller, project_id: UUID | None, parameters: Mapping[str, Any]
) -> Iterator[ProjectWrite | None]:
    """The transaction of a write to a project's budgets, or to those of the site's models (None)."""
    if project_id is None:
        with write_transaction():
            require_administrator(caller)
            yield None
        return
    with project_write(caller=caller, project_id=project_id, action="run.budget", parameters=parameters) as write:
        yield write


def _change(meter: Meter, limits: Mapping[str, int | None]) -> None:
    """Set the limits; another limit of calls in a minute begins with a full bucket."""
    calls = limits["calls_per_minute"]
    if calls is not None and calls != meter.calls_per_minute:
        meter.bucket, meter.filled_at = calls, read_clock()
    for name, value in limits.items():
        setattr(meter, name, value)
    meter.save()


def _record(
    caller: Caller, write: ProjectWrite | None, meter: Meter, profile: ModelProfile | None, change: Mapping[str, Any]
) -> None:
    facts = {
        "project_id": str(meter.project_id) if meter.project_id else None,
        "profile_id": str(profile.id) if profile else None,
        "display_name": profile.display_name if profile else None,
        **change,
    }
    target = Target.of("model_profile", profile.id) if profile else Target.of("project", str(meter.project_id))
    if write is not None:
        write.record(events.BUDGET_CHANGED.name, target, facts)
    else:
        record(caller=caller, action=events.BUDGET_CHANGED.name, target=target, data=facts)
