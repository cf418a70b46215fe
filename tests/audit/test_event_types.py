"""What may be recorded is registered, and what is registered is whole."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from accounts.callers import foundry_caller
from audit.event_types import EVENT_KINDS, EVENT_TYPES, INBOX_LINES, EventType, register_events
from audit.models import Event
from audit.services import Target, record
from audit.via import VIAS, Via, register_via, via_words
from notifications.topics import MAIL_TOPICS, topic_of
from projects.models import Project


@pytest.mark.django_db
def test_an_event_whose_type_is_not_registered_is_refused(project: Project) -> None:
    before = Event.objects.count()
    with pytest.raises(LookupError, match=r"'weather.changed' is not registered"):
        record(caller=foundry_caller(), action="weather.changed", target=Target("weather", "1"))
    assert Event.objects.count() == before


@pytest.mark.django_db
def test_an_event_is_refused_on_the_wrong_chain(project: Project) -> None:
    caller, target = foundry_caller(), Target("project", str(project.id))
    with pytest.raises(LookupError, match=r"'project.frozen' belongs on the chain of the project"):
        record(caller=caller, action="project.frozen", target=target)
    with pytest.raises(LookupError, match=r"'project.created' belongs on the chain of the site"):
        record(caller=caller, action="project.created", target=target, project_id=project.id)


def test_two_apps_cannot_describe_one_event() -> None:
    with EVENT_TYPES.replaced({}):
        register_events(EventType("weather.changed"))
        register_events(EventType("weather.changed"))
        with pytest.raises(ValueError, match=r"two apps register the type of event 'weather.changed'"):
            register_events(EventType("weather.changed", live=("sky",)))


@pytest.mark.parametrize("name", EVENT_TYPES)
def test_a_type_is_named_by_group_and_fact_and_has_a_known_kind(name: str) -> None:
    described = EVENT_TYPES[name]
    assert re.fullmatch(r"[a-z_]+\.[a-z_]+", name)
    assert described.kind in {"", *EVENT_KINDS}
    # Who watches a project hears nothing of the site.
    assert described.chain != "site" or not described.live


@pytest.mark.parametrize("kind", INBOX_LINES)
def test_a_line_can_be_had_by_mail(kind: str) -> None:
    assert topic_of(kind) in MAIL_TOPICS


@pytest.mark.django_db
def test_a_way_of_writing_that_is_not_registered_is_refused() -> None:
    caller = replace(foundry_caller(), via="carrier_pigeon")
    target = Target("user", str(caller.user.id))
    with pytest.raises(LookupError, match=r"'carrier_pigeon' of via is not registered"):
        record(caller=caller, action="account.unlocked", target=target)

    with VIAS.replaced(VIAS):
        register_via("carrier_pigeon", Via("Pigeon"))
        event = record(caller=caller, action="account.unlocked", target=target)
        assert via_words(event.record["via"]) == "Pigeon"
    assert via_words(event.record["via"]) == "carrier_pigeon"


@pytest.mark.parametrize("name", ["", "Script", "lua script", "a" * 31])
def test_a_way_of_writing_is_a_lower_case_word(name: str) -> None:
    with VIAS.replaced({}), pytest.raises(ValueError, match="is no lower-case word"):
        register_via(name, Via("Script"))
