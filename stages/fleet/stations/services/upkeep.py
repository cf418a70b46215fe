"""What jobs do for stations: record their reports, find those that are away, end sign-ins that nobody took up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.db.models import F
from django.utils.translation import gettext as _

from accounts.callers import foundry_caller
from audit.keys.text import rfc3339
from audit.services import Target, record, site_id
from kernel.statements import database_now
from kernel.transactions import write_transaction
from notifications.models import Notification
from notifications.services import notify
from stages.fleet.choices import StationState
from stages.fleet.contact import last_contact, stale_condition, stale_from
from stages.fleet.events import REPORTS_RECORDED
from stages.fleet.models import DeviceCode, Station
from stages.fleet.services.leaving import revoke_locked
from stages.fleet.stations.inbox import STALE_LINE
from stages.fleet.stations.services.enrolling import lock_station
from stages.fleet.stations.teams import admins_of
from stages.fleet.tree import Tree, read_tree

# Stations whose heads one event holds.
MAX_HEADS: Final = 1_000
# Stations are notified of once, soon after they were last expected.
NEWS: Final = timedelta(hours=1)


def record_reports() -> int:
    """Put the newest report of each station on the audit trail, where it is not there; answers of how many stations."""
    caller, count = foundry_caller(), 0
    while True:
        with write_transaction():
            rows = Station.objects.select_for_update(no_key=True, of=("self",)).filter(head_seq__gt=F("recorded_seq"))
            stations = list(rows.order_by("pk")[:MAX_HEADS])
            if not stations:
                return count
            for station in stations:
                station.recorded_seq = station.head_seq
            Station.objects.bulk_update(stations, ["recorded_seq"])
            heads = [[str(each.pk), each.head_seq, each.head_hash] for each in stations]
            target = Target.of("site", site_id())
            record(caller=caller, action=REPORTS_RECORDED.name, target=target, data={"heads": heads})
        count += len(stations)


def revoke_unredeemed() -> int:
    """Revoke the stations that were let in and never fetched their token; answers how many."""
    late = DeviceCode.objects.filter(approved=True, redeemed_at__isnull=True, expires_at__lt=database_now())
    late = late.exclude(station__state=StationState.REVOKED)
    caller, count = foundry_caller(), 0
    for station_id in list(late.values_list("station_id", flat=True)):
        with write_transaction():
            station = lock_station(station_id)
            if not station.is_revoked:
                revoke_locked(caller, station, reason=_("It never fetched its token."))
                count += 1
    return count


def notify_of_stale() -> int:
    """Let owners and admins know of stations that have not been in touch for longer than their team allows.

    Once for each time that one is away. Answers of how many stations.
    """
    now, tree, count = database_now(), read_tree(), 0
    for station in Station.objects.filter(stale_condition()).select_related("team").iterator():
        if now - stale_from(station) > NEWS:
            continue
        facts = {"station_id": str(station.pk), "name": station.name, "since": rfc3339(last_contact(station))}
        if Notification.objects.about(STALE_LINE.kind, None, facts).exists():
            continue
        with write_transaction():
            _notify(station, tree, facts)
        count += 1
    return count


def _notify(station: Station, tree: Tree, facts: dict[str, Any]) -> None:
    recipients = admins_of(tree, station.team_id) | {station.owner_id}
    notify(caller=foundry_caller(), line=STALE_LINE, recipients=recipients, project_id=None, facts=facts)
