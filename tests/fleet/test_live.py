"""What goes to the topics of teams and stations once it is committed, and what is read again from them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kernel.errors import NotFound
from realtime.messages import Ephemeral, Notice, Numbered
from stages.fleet import live
from stages.fleet.models import Edition
from stages.fleet.services import pause_directive, request_exception, update_team
from tests.cast import new_caller, new_user
from tests.fleet.world import World, put_directive, put_station

Sent = list[tuple[str, Any]]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    """What was given to the publisher, by topic."""
    found: Sent = []
    monkeypatch.setattr("realtime.publishing._send", lambda topic, message: found.append((topic, message)))
    return found


def about(sent: Sent, topic: str) -> list[Any]:
    return [message for name, message in sent if name == topic]


def frame_of(message: Numbered | Ephemeral) -> Any:
    return json.loads(message.frame)


def test_an_edition_goes_out_once_it_is_committed(fleet: World, sent: Sent, django_capture_on_commit_callbacks: Any):
    with django_capture_on_commit_callbacks(execute=True):
        directive = fleet.directive()
        pause_directive(caller=fleet.caller("owner"), directive_id=directive.id, reason="An incident")
    created, paused = about(sent, live.rules_topic(fleet.oncology.id))
    assert (created.seq_from, created.seq, paused.seq_from, paused.seq) == (1, 1, 2, 2)
    assert frame_of(created)["method"] == "rule_created"
    assert frame_of(paused)["method"] == "edition"
    params = frame_of(created)["params"]
    edition = Edition.objects.get(team=fleet.oncology, number=1)
    assert (params["text"], params["seal"]) == (edition.text, bytes(edition.seal).hex())
    [sha256] = params["texts"]
    assert params["texts"][sha256] == "# Role\nBe exact.\n"
    assert edition.statement["directives"][0]["text"]["sha256"] == sha256


def test_editions_are_read_again_as_they_were_sent(fleet: World):
    directive = fleet.directive()
    pause_directive(caller=fleet.caller("owner"), directive_id=directive.id, reason="An incident")
    history = live.EditionHistory()
    topic = live.rules_topic(fleet.oncology.id)
    assert history.heads([topic]) == {topic: 2}
    assert [(frame.seq_from, frame.seq) for frame in history.read(topic, 0, 10)] == [(1, 1), (2, 2)]
    assert [frame.seq for frame in history.read(topic, 1, 10)] == [2]
    assert history.heads([live.rules_topic(fleet.root.id)]).get(live.rules_topic(fleet.root.id), 0) == fleet.root.number


def test_texts_that_do_not_fit_are_left_to_be_asked_for(fleet: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(live, "MAX_TEXTS", 10)
    fleet.directive()
    assert live.texts_of(Edition.objects.get(team=fleet.oncology, number=1)) == {}


def test_categories_and_the_tree_go_to_their_topics(fleet: World, sent: Sent, django_capture_on_commit_callbacks: Any):
    with django_capture_on_commit_callbacks(execute=True):
        update_team(
            caller=fleet.boss, team_id=fleet.oncology.id, categories=["Safety"], name=f"Cancer {fleet.project.id}"
        )
    [categories] = about(sent, live.categories_topic(fleet.oncology.id))
    assert frame_of(categories)["params"]["categories"] == ["Safety"]
    [changed] = about(sent, live.BROADCAST)
    assert frame_of(changed)["params"]["team"]["name"] == f"Cancer {fleet.project.id}"


def test_an_assignment_and_an_answer_go_to_the_station(
    fleet: World, sent: Sent, django_capture_on_commit_callbacks: Any
):
    station, directive = put_station(fleet), put_directive(fleet)
    with django_capture_on_commit_callbacks(execute=True):
        request = request_exception(
            caller=fleet.caller("reviewer"),
            station_id=station.pk,
            directive_id=directive.id,
            until=None,
            reason="A trial",
        )
        fleet.decide(request, "editor")
    decided, assigned = about(sent, live.direct_topic(station.pk))
    assert (frame_of(decided)["method"], frame_of(decided)["params"]["state"]) == ("decided", "accepted")
    # The node that has the station's socket reads the assignment itself.
    assert assigned == Notice(topic=live.direct_topic(station.pk), text=live.ASSIGNED)


def test_who_may_follow(fleet: World):
    station = put_station(fleet)
    outsider = new_caller(new_user("outsider"))
    for topic, authorize in (
        (live.rules_topic(fleet.oncology.id), live.authorize_team),
        (live.categories_topic(fleet.oncology.id), live.authorize_team),
        (live.direct_topic(station.pk), live.authorize_station),
        (live.BROADCAST, live.authorize_broadcast),
    ):
        authorize(fleet.caller("reviewer"), topic)
        with pytest.raises(NotFound):
            authorize(outsider, topic)
