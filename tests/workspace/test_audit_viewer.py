"""The audit viewer in the admin: auditors find, open and export events; nobody writes one."""

from __future__ import annotations

import json
from datetime import UTC, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.models import User
from audit.event_types import EVENT_GROUPS, EVENT_TYPES
from audit.jobs import verify_chain
from audit.models import SITE_CHAIN, Event
from projects.models import Project
from tests.workspace.conftest import Browser
from tests.workspace.trail import LIST, exported, marked, numbers, shown
from tests.writers import Writer

pytestmark = [pytest.mark.django_db, pytest.mark.empty_site]


def test_the_rows_say_when_who_what_from_where_in_the_order_of_the_chain(desk: Client, saved: Event):
    text = shown(desk, chain=saved.chain)

    newest = Event.objects.chain(saved.chain).latest("seq").seq
    assert numbers(desk, chain=saved.chain) == list(range(newest, 0, -1))
    assert "v2: Prompt, Model configuration, topology.yaml" in text
    digest = bytes(saved.hash).hex()
    assert f"{digest[:4]}…{digest[-4:]}" in text
    assert saved.at.strftime("%H:%M:%S") in text


def test_an_open_row_shows_the_difference_of_the_texts_and_what_surrounds_it(desk: Client, saved: Event):
    text = " ".join(shown(desk, chain=saved.chain, open=saved.pk).split())

    assert {
        ("del", "1"),
        ("ins", "2"),
        ("del", "protocol"),
        ("ins", "trial"),
        ("del", "0.3"),
        ("ins", "0.1"),
    } <= marked(text)
    assert "Cooler answers" in text
    assert f"3 locks, lock tokens {', '.join(str(token) for token in sorted(saved.data['tokens'].values()))}" in text
    assert "All 3 differences between v1 and v2" in text
    assert "Matches" in text
    assert "Does not match" not in text
    assert bytes(saved.prev_hash).hex() in text
    assert saved.canonical.replace('"', "&quot;") in text


def test_values_before_and_after_stand_beside_each_other(desk: Client, owner: User, caller_for, project: Project):
    from projects.services import update_project

    update_project(caller=caller_for(owner), project_id=project.id, name="Dosing agent")
    event = Event.objects.of_project(project.id).latest("seq")

    text = shown(desk, chain=str(project.id), open=event.pk)

    assert marked(text) == {("del", "Oncology protocol agent"), ("ins", "Dosing agent")}


def test_a_changed_event_does_not_match(desk: Client, saved: Event):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE audit_event DISABLE TRIGGER USER")
        cursor.execute("UPDATE audit_event SET at = at + interval '1 second' WHERE id = %s", [saved.pk])

    assert "Does not match" in shown(desk, chain=saved.chain, open=saved.pk)
    desk.post(reverse("admin:audit_event_verify"), {"here": f"chain={saved.chain}"})
    text = shown(desk, chain=saved.chain)
    assert f"Chain broken at {saved.seq}" in text
    assert "the hash does not fit" in text


def test_the_strip_says_how_far_the_chain_was_verified_and_when(desk: Client, saved: Event, writer: Writer):
    assert "Not verified yet" in shown(desk, chain=saved.chain)

    answer = desk.post(reverse("admin:audit_event_verify"), {"here": f"chain={saved.chain}&group=draft"})

    assert answer.status_code == 302
    assert answer["Location"] == f"{reverse(LIST)}?chain={saved.chain}&group=draft"
    newest = Event.objects.chain(saved.chain).latest("seq").seq
    assert f"Chain verified up to {newest}" in shown(desk, chain=saved.chain)
    writer.take()
    assert "1 newer event" in shown(desk, chain=saved.chain)


def test_a_long_trail_is_verified_by_the_worker(desk: Client, saved: Event, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("workspace.audit_viewer.views.MAX_WALKED", 1)
    for _ in range(2):
        desk.post(reverse("admin:audit_event_verify"), {"here": f"chain={saved.chain}"})

    assert "is being verified in the background" in shown(desk, chain=saved.chain)
    (job,) = ProcrastinateJob.objects.filter(args__chain=saved.chain)
    verify_chain(**job.args)
    assert "Chain verified up to" in shown(desk, chain=saved.chain)


def test_the_filters_narrow_the_list_and_count(desk: Client, saved: Event, editor: User, owner: User):
    chain = saved.chain
    drafts = [event.seq for event in Event.objects.chain(chain) if event.action == "draft.saved"]

    assert numbers(desk, chain=chain, group="draft") == drafts[::-1]
    assert numbers(desk, chain=chain, person=str(owner.id), group="draft") == []
    assert numbers(desk, chain=chain, person=str(editor.id), kind="human", group="draft") == drafts[::-1]
    assert numbers(desk, chain=chain, kind="service") == []
    day = saved.at.strftime("%Y-%m-%d")
    assert numbers(desk, chain=chain, when=day) == numbers(desk, chain=chain, when=day[:4])
    assert numbers(desk, chain=chain, when="2001-02") == []
    assert {event.chain for event in (row.event for row in desk.get(reverse(LIST)).context["rows"])} == {
        SITE_CHAIN,
        chain,
    }


def test_it_is_searched_by_number_hash_field_reason_and_address(
    desk: Client, saved: Event, owner: User, reviewer: User, caller_for
):
    from projects.services import change_role

    chain = saved.chain
    caller = caller_for(owner, address="10.4.2.17")
    change_role(
        caller=caller,
        project_id=Project.objects.get().id,
        user_id=reviewer.id,
        role="viewer",
        reason='Says "no" too often',
    )
    newest = Event.objects.chain(chain).latest("seq").seq

    assert numbers(desk, chain=chain, q=f"#{saved.seq}") == [saved.seq]
    assert numbers(desk, chain=chain, q=bytes(saved.hash).hex()[:10]) == [saved.seq]
    assert saved.seq in numbers(desk, chain=chain, q="topology")
    assert numbers(desk, chain=chain, q='"no" too') == [newest]
    assert numbers(desk, q="10.4.2.17") == [newest]
    assert numbers(desk, chain=chain, q="nowhere") == []


def test_the_list_goes_on_page_by_page(desk: Client, project: Project, owner: User, caller_for):
    from projects.services import update_project

    for number in range(60):
        update_project(caller=caller_for(owner), project_id=project.id, name=f"Agent {number}")
    first = desk.get(reverse(LIST), {"chain": str(project.id)})

    second = desk.get(first.context["older_url"])

    assert [row.event.seq for row in second.context["rows"]] == list(range(14, 0, -1))
    assert second.context["older_url"] == ""
    assert second.context["count"].number == 64


@pytest.mark.parametrize(
    "asked",
    [
        {"chain": "x"},
        {"person": "1"},
        {"group": "cake!"},
        {"kind": "cat"},
        {"when": "2026-13"},
        {"since": "20261119"},
        {"until": "2026-11"},
        {"since": "0001-01-01"},
        {"since": "2026-11-20", "until": "2026-11-19"},
        {"open": "-1"},
        {"q": "x" * 201},
    ],
)
def test_what_cannot_be_read_is_refused_and_not_taken_for_everything(desk: Client, asked: dict[str, str]):
    assert desk.get(reverse(LIST), asked).status_code == 400


def test_a_page_takes_as_many_queries_for_many_events_as_for_few(desk: Client, saved: Event, owner: User, caller_for):
    from projects.services import update_project

    asked: dict[str, Any] = {"chain": saved.chain, "open": saved.pk}
    desk.get(reverse(LIST), asked)
    with CaptureQueriesContext(connection) as few:
        desk.get(reverse(LIST), asked)
    for number in range(20):
        update_project(caller=caller_for(owner), project_id=Project.objects.get().id, name=f"Agent {number}")
    with CaptureQueriesContext(connection) as many:
        desk.get(reverse(LIST), asked)

    assert len(many) == len(few)


def test_c22_who_held_a_field_from_when_to_when_and_what_was_saved_under_it(desk: Client, saved: Event, writer: Writer):
    writer.take()
    page = desk.get(reverse("admin:audit_event_held"), {"chain": saved.chain, "field": "prompt_text"})

    told = [(row.lease.token, row.why, row.versions) for row in page.context["rows"]]
    assert told[1:] == [(saved.data["tokens"]["prompt_text"], "saved", [1, 2])]
    assert told[0][1:] == ("", [])
    assert "editing now" in page.content.decode()


def test_an_event_s_own_address_leads_to_its_row(desk: Client, saved: Event):
    answer = desk.get(reverse("admin:audit_event_change", args=[saved.pk]))

    assert answer.status_code == 302
    assert desk.get(answer["Location"]).context["open_row"].event == saved
    assert desk.get(reverse("admin:audit_event_change", args=["0"])).status_code == 404


def test_each_action_stands_in_words_beside_its_name_and_leads_to_its_version(desk: Client, saved: Event):
    row = shown(desk, chain=saved.chain, q=f"#{saved.seq}").partition("<tbody>")[2]

    assert "Saved" in row
    assert "draft.saved" in row
    assert reverse("workspace:version", args=[saved.chain, 2]) in row
    assert ">Versions" in shown(desk)
    assert ">draft.*<" in shown(desk)


def test_every_event_has_words_for_the_trail():
    silent = [name for name, each in EVENT_TYPES.items() if not each.sentence]
    assert silent == []
    assert {name.partition(".")[0] for name in EVENT_TYPES} <= set(EVENT_GROUPS)


def test_the_days_from_and_to_narrow_the_list_and_the_export(desk: Client, saved: Event):
    day = saved.at.astimezone(UTC).date()
    before, after = str(day - timedelta(days=1)), str(day + timedelta(days=1))

    assert saved.seq in numbers(desk, chain=saved.chain, since=str(day), until=str(day))
    assert saved.seq in numbers(desk, chain=saved.chain, since=before)
    assert numbers(desk, chain=saved.chain, until=before) == []
    assert numbers(desk, chain=saved.chain, since=after) == []
    assert numbers(desk, chain=saved.chain, when=str(day), since=after) == []
    assert exported("jsonl", chain=saved.chain, until=before) == ""
    assert (
        saved.canonical
        in json.loads(exported("jsonl", chain=saved.chain, q=f"#{saved.seq}", since=before))["canonical"]
    )
    answer = desk.get(reverse("admin:audit_event_export", args=["csv"]), {"since": before, "until": after})
    assert f"events-all-{before}-to-{after}.csv" in answer["Content-Disposition"]


def test_an_auditor_has_a_tab_that_leads_to_the_trail_of_the_project(
    desk: Client, browser: Browser, owner: User, two_versions: Project
):
    members, trail = (reverse(f"workspace:{name}", args=[two_versions.id]) for name in ("members", "audit"))

    assert f'href="{trail}"' in desk.get(members).content.decode()
    assert desk.get(trail)["Location"] == f"{reverse(LIST)}?chain={two_versions.id}"
    # The way back.
    assert reverse("workspace:workspace", args=[two_versions.id]) in shown(desk, chain=str(two_versions.id))
    assert f'href="{trail}"' not in browser(owner).get(members).content.decode()
    assert browser(owner).get(trail).status_code == 403
