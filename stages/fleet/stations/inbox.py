"""What people find in their inboxes about stations."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audit.event_types import Facts, InboxLine, Text

_REPORTED: Final[dict[str, Text]] = {
    "change_blocked": _("The approved text was altered on {thing}, and restored"),
    "change_detected": _("The approved text was altered on {thing}, which is allowed for a time"),
    "change_flagged": _("The approved text is altered on {thing}"),
    "contested": _("Another program keeps altering the approved text on {thing}"),
    "failed": _("The approved text could not be written on {thing}"),
    "refused": _("{thing} refuses what it was sent"),
    "chain_broken": _("Reports of {thing} do not continue its chain"),
}
# The kinds of reports that are worth a line.
WORTH_A_LINE: Final = frozenset(_REPORTED)


def _station_page(project_id: UUID | None, facts: Facts) -> str:
    return reverse("fleet:station", args=[facts["station_id"]])


def _station(facts: Facts) -> str:
    return str(facts["name"])


REPORTED_LINE: Final = InboxLine(
    "fleet.reported",
    title="A station reports something",
    icon="monitor",
    mail=_("A station reports something"),
    sentence=lambda facts: _REPORTED[facts["kind"]],
    thing=_station,
    link=_station_page,
)
STALE_LINE: Final = InboxLine(
    "fleet.stale",
    title="A station is away",
    icon="monitor",
    mail=_("A station has not been in touch"),
    sentence=_("{thing} has not been in touch for longer than its team allows"),
    thing=_station,
    link=_station_page,
)
