"""Meters: a call reserves the most that it can cost before it begins, and settles that once when it ends.

Locks are taken in one order always: the run's row (the caller does), the meter of its project, then those of profiles
by id. Every end of a call goes through `settle`: an answer, a failure, a run that is stopped or given back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from stages.runs.costs import month_of
from stages.runs.llm.errors import Cause, ModelError
from stages.runs.models import Call, Meter, ModelProfile

# Seconds after which a call that waits for another one's end looks again.
LOOK_AGAIN: Final = 0.5
_COUNTERS: Final = ("month", "spent", "reserved", "open_calls", "bucket", "filled_at")


class MustWait(Exception):
    """The limits of a project or a model leave no place for a call now: try again after so many seconds.

    `words` say why, to people.
    """

    def __init__(self, seconds: float, words: str) -> None:
        super().__init__(words)
        self.seconds = seconds
        self.words = words


def lock_meter(*, project_id: UUID | None = None, profile_id: UUID | None = None) -> Meter:
    """The meter of a project or of a profile, in the present month, its row locked; made if there is none yet."""
    rows = Meter.objects.select_for_update(no_key=True).filter(project=project_id, profile=profile_id)
    meter = rows.first()
    if meter is None:
        now = read_clock()
        made = Meter(project_id=project_id, profile_id=profile_id, month=month_of(now), filled_at=now)
        Meter.objects.bulk_create([made], ignore_conflicts=True)
        meter = rows.get()
    meter.turn_month(month_of(read_clock()))
    return meter


def reserve(*, project_id: UUID, profile: ModelProfile, worst_cost: int) -> None:
    """Let a call begin that can cost `worst_cost` at most.

    Raises `ModelError` (`budget_exhausted`) where the month's budget does not allow that, and `MustWait` where the
    limits of calls at once or in a minute leave no place.
    """
    meters = (lock_meter(project_id=project_id), lock_meter(profile_id=profile.id))
    for meter in meters:
        _check_budget(meter, worst_cost)
    now = read_clock()
    waits = [wait for meter in meters if (wait := _wait(meter, now, profile)) is not None]
    if waits:
        raise max(waits, key=lambda each: each.seconds)
    for meter in meters:
        if meter.calls_per_minute is not None:
            meter.bucket, meter.filled_at = _filled(meter, meter.calls_per_minute, now) - 1, now
        meter.open_calls += 1
        meter.reserved += worst_cost
        meter.save(update_fields=_COUNTERS)


def seconds_to_place(*, project_id: UUID, profile: ModelProfile) -> float:
    """Seconds after which the limits of calls may leave a place; 0 where they do now, unless another call takes it."""
    now = read_clock()
    meters = Meter.objects.filter(Q(project=project_id) | Q(profile=profile.id))
    return max((wait.seconds for meter in meters if (wait := _wait(meter, now, profile)) is not None), default=0.0)


def settle(*, project_id: UUID, calls: Sequence[Call]) -> None:
    """Count what calls cost that end in this transaction, in place of what was reserved for them.

    Each has its `cost`, is locked (by its run's row), was open until now, and gets the month in which it counts; the
    caller saves it.
    """
    if not calls:
        return
    meters: dict[UUID | None, Meter] = {None: lock_meter(project_id=project_id)}
    for profile_id in sorted({call.profile_id for call in calls}):
        meters[profile_id] = lock_meter(profile_id=profile_id)
    # A clock may turn the month between two of them.
    month = max(meter.month for meter in meters.values())
    for meter in meters.values():
        meter.turn_month(month)
    for call in calls:
        call.month = month
        for meter in (meters[None], meters[call.profile_id]):
            meter.open_calls -= 1
            meter.reserved -= call.worst_cost
            meter.spent += call.cost
    for meter in meters.values():
        meter.save(update_fields=_COUNTERS)


def check_affordable(*, project_id: UUID, costs: Iterable[tuple[ModelProfile, int]]) -> None:
    """Raise `ModelError` where a month's budget leaves no room for one of these calls, whatever else is under way."""
    now = month_of(read_clock())
    of_project = Meter.objects.filter(project=project_id).first()
    profiles = list(costs)
    of_profiles = {
        meter.profile_id: meter for meter in Meter.objects.filter(profile__in=[each.id for each, _cost in profiles])
    }
    for profile, cost in profiles:
        for meter in (of_project, of_profiles.get(profile.id)):
            if meter is not None:
                meter.turn_month(now)
                _check_budget(meter, cost, with_reserved=False)


def _check_budget(meter: Meter, cost: int, *, with_reserved: bool = True) -> None:
    if meter.monthly_limit is None:
        return
    used = meter.spent + (meter.reserved if with_reserved else 0)
    if used + cost > meter.monthly_limit:
        words = (
            _("The project's budget of this month does not allow this call.")
            if meter.project_id
            else _("The model's budget of this month does not allow this call.")
        )
        raise ModelError(Cause.BUDGET_EXHAUSTED, words)


def _wait(meter: Meter, now: datetime, profile: ModelProfile) -> MustWait | None:
    name = profile.display_name if meter.profile_id else _("the project")
    if meter.max_open_calls is not None and meter.open_calls >= meter.max_open_calls:
        words = _("Waits for another call: at most {count} at once of {name}.")
        return MustWait(LOOK_AGAIN, words.format(count=meter.max_open_calls, name=name))
    if meter.calls_per_minute is not None:
        missing = 1 - _filled(meter, meter.calls_per_minute, now)
        if missing > 0:
            words = _("Waits for the next minute: at most {count} calls a minute of {name}.")
            words = words.format(count=meter.calls_per_minute, name=name)
            return MustWait(max(missing * 60 / meter.calls_per_minute, 0.01), words)
    return None


def _filled(meter: Meter, calls_per_minute: int, now: datetime) -> float:
    """How many calls the bucket holds now."""
    seconds = max((now - meter.filled_at).total_seconds(), 0)
    return min(float(calls_per_minute), meter.bucket + seconds * calls_per_minute / 60)


def read_clock() -> datetime:
    """The database's clock, read after a lock was taken: nodes may differ, and a transaction may have waited."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
    moment: datetime = now
    return moment
