"""Events of runs in a row are one line of the activity page, with the person who asked."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.html import strip_tags

from audit.models import SITE_CHAIN, Event
from tests.workspace.test_event_words import event_of
from workspace.activity.entries import groups_of

UTC = ZoneInfo("UTC")


def event(action: str, title: str, experiment: str = "1") -> Event:
    made = event_of(action, {"title": title, "experiment_id": experiment, "display_name": "Echo", "run_id": "1"})
    made.chain, made.at = SITE_CHAIN, timezone.now()
    return made


def test_experiments_of_one_title_are_one_line_with_their_ends() -> None:
    events = [
        event("run.chosen", "Suite"),
        *(event("run.succeeded", "Suite", number) for number in "21"),
        event("run.failed", "Suite"),
        event("run.queued", "Suite"),
        event("experiment.created", "Suite"),
        event("experiment.created", "Another"),
    ]
    chosen, folded, other = groups_of(events, UTC, maximum=9)
    assert (chosen.is_folded, folded.is_folded, other.is_folded) == (False, True, False)
    said = strip_tags(folded.words)
    assert said == f"{folded.person.display_name} asked models in “Suite”: 2 experiments, 2 answered, 1 failed"
