"""`docs/events.md` lists what can be recorded."""

from __future__ import annotations

from django.conf import settings

from audit.event_document import event_document
from audit.event_types import EventType, Revocation
from tests.default_installation import manage


def test_the_document_is_up_to_date() -> None:
    document = (settings.BASE_DIR / "docs" / "events.md").read_text()
    assert manage("list_events") == document, "Run: manage.py list_events > docs/events.md"


def test_it_tells_chain_live_members_and_access() -> None:
    ends = Revocation(user=lambda event: None)
    described = EventType("weather.changed", chain="any", since="0.2", live=("sky", "wind"), revokes=ends)
    assert event_document([described]).splitlines()[-1] == (
        "| `weather.changed` | project or site | 0.2 | `sky`, `wind` |  | may end |"
    )
