"""What the doctor says of the fleet: stations ahead of the server, broken chains, reports that are not on record."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db import connection
from django.db.models import F
from django.utils import timezone

from kernel.doctor import Diagnoses, bad, ok, warn
from stages.fleet.choices import StationState
from stages.fleet.models import Report, Station

SUBJECT: Final = "Fleet"
LATE: Final = timedelta(minutes=30)
MAX_NAMES: Final = 10

# What a station obeys, as it last said, is newer than anything that this server has sealed: it was restored.
_AHEAD: Final = """
SELECT DISTINCT station.name FROM fleet_placement AS placement
JOIN fleet_directive AS directive ON directive.id = placement.directive_id
JOIN fleet_team AS team ON team.id = directive.team_id
JOIN fleet_station AS station ON station.account_id = placement.station_id
WHERE placement.edition > team.number AND station.state <> 'revoked' ORDER BY station.name
"""


def examine() -> Diagnoses:
    """Whether stations and server agree."""
    with connection.cursor() as cursor:
        cursor.execute(_AHEAD)
        ahead = [name for (name,) in cursor.fetchall()]
    if ahead:
        names = ", ".join(ahead[:MAX_NAMES]) + (" and others" if len(ahead) > MAX_NAMES else "")
        words = f"{len(ahead)} stations obey editions that are newer than any of this server: {names}"
        remedy = (
            "It was restored from a backup: let the stations connect, which brings the numbers back, and issue again."
        )
        yield bad(SUBJECT, words, remedy)
    broken = list(Station.objects.filter(state=StationState.BROKEN).order_by("name").values_list("name", flat=True))
    if broken:
        names = ", ".join(broken[:MAX_NAMES]) + (" and others" if len(broken) > MAX_NAMES else "")
        words = f"{len(broken)} stations ({names}) sent reports that do not continue their chain"
        yield warn(SUBJECT, words, "Look at each on its page, revoke it, and sign it in again.")
    late = Station.objects.filter(head_seq__gt=F("recorded_seq"))
    waiting = Report.objects.filter(
        station__in=late.values("pk"), station_seq__gt=F("station__recorded_seq"), received_at__lt=timezone.now() - LATE
    )
    if waiting.exists():
        words = "reports of stations have waited for over 30 minutes to be on record"
        remedy = "Start manage.py procrastinate worker (docs/operations/foundry-worker.service) and read its log."
        yield warn(SUBJECT, words, remedy)
    if not (ahead or broken or waiting.exists()):
        yield ok(SUBJECT, f"{Station.objects.exclude(state=StationState.REVOKED).count()} stations")
