"""The page Sites: what it shows to whom, and how often it asks Postgres."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from projects.models import Project
from stages.registers.fold.ids import pair_id
from stages.registers.models import Edge, Mapping, Record
from stages.replication.models import Peer
from tests.replication.rows import clock_of, make_peer
from tests.replication.scenes import Scene, admit_elsewhere, make_records, six_sites
from tests.workspace.html import elements, words

pytestmark = pytest.mark.django_db
MOST = 30


@pytest.fixture
def scene(project: Project, owner: User, caller_for: Callable[..., Any]) -> Scene:
    return six_sites(project, caller_for(owner))


@pytest.fixture
def page(project: Project, owner: User, client: Client) -> Callable[[str], Any]:
    client.force_login(owner)

    def get(more: str) -> Any:
        return client.get(f"/projects/{project.id}/sites/{more}")

    return get


def text_of(answer: Any) -> str:
    return " ".join(words(each) for each in elements(answer, "main"))


def test_a_project_at_one_site_says_what_a_site_is_for(
    page: Callable[[str], Any], viewer: User, client: Client
) -> None:
    assert "This project is at one site" in text_of(page(""))
    assert [words(each) for each in elements(page(""), "a", href="invite/")] or "Invite a site…" in text_of(page(""))
    client.force_login(viewer)
    shown = text_of(page(""))
    assert "Invite a site" not in shown
    assert "An owner of the project can invite one." in shown


def test_ring_and_table_say_the_same(scene: Scene, page: Callable[[str], Any]) -> None:
    ring, table = page(""), page("?as=table")
    assert len(elements(ring, "a", **{"class": "sites-node"})) == 6
    assert not elements(table, "a", **{"class": "sites-node"})
    for shown in (text_of(ring), text_of(table)):
        for name, peer in scene.peers.items():
            assert name in shown
            assert f"{peer.key_text[:4]} {peer.key_text[4:8]}" in shown
        for said in ("Away since", "clock 10 min ahead", "clock 4 s ahead", "Revoked", "No link", "Linked, same"):
            assert said in shown


def test_what_is_held_has_its_reason_and_the_acts_that_apply(scene: Scene, page: Callable[[str], Any]) -> None:
    shown = text_of(page(""))
    assert "9 bundles, nothing in them is shown yet" in shown
    assert "Its site has not certified who signed it; 6 more wait" in shown
    for name, acts in {"future": {"discard"}, "unknown_key": {"re-enter", "discard"}}.items():
        hrefs = [each.attributes.get("href", "") for each in elements(page(""), "a")]
        offered = {href.split("/")[-2] for href in hrefs if f"/held/{scene.held[name].id}/" in href}
        assert offered == acts


def test_why_a_site_stays_ahead_or_behind_a_cut_is_said(scene: Scene, page: Callable[[str], Any]) -> None:
    lyon, visp, zug, basel = (scene.peers[name] for name in ("Lyon", "Visp plant", "Zug office", "Basel"))

    def said_of(peer: Peer) -> str:
        return text_of(page(f"?site={peer.key_text}"))

    assert "does not count" not in said_of(lyon)
    lyon.clock[zug.key_text] = ["00" * 12, 79, "00" * 32]
    lyon.save()
    assert "3 bundles of Zug office are there and do not count here, as Zug office is revoked." in said_of(lyon)
    # The other way round: that site takes nothing further of one that is a site here.
    del visp.clock[basel.key_text]
    visp.revocations = {basel.key_text: {"number": 6, "hash": "00" * 32, "at": None}}
    visp.save()
    assert "1 bundle of Basel is here and does not count there, where Basel is revoked." in said_of(visp)


def test_viewers_read_and_are_offered_nothing(
    scene: Scene, page: Callable[[str], Any], viewer: User, client: Client
) -> None:
    client.force_login(viewer)
    shown = text_of(page(""))
    assert "Basel" in shown
    for act in ("Invite a site", "Discard…", "Revoke…", "Change rights…"):
        assert act not in shown


def test_the_address_chooses_a_site(scene: Scene, page: Callable[[str], Any]) -> None:
    visp = scene.peers["Visp plant"]
    (panel,) = elements(page(f"?site={visp.key_text}"), "aside", **{"class": "sites-panel"})
    assert "wss://visp.example" in words(panel)
    assert "Try now" in words(panel)
    (unknown,) = elements(page("?site=nothing"), "aside", **{"class": "sites-panel"})
    assert "Inspection laptop" in words(unknown)


def test_what_other_sites_decided_waits_for_an_owner(
    scene: Scene, project: Project, page: Callable[[str], Any]
) -> None:
    basel, lyon = scene.peers["Basel"], scene.peers["Lyon"]
    admit_elsewhere(project, "Train", basel)
    basel.revocations = {lyon.key_text: {"number": 7, "hash": "ab" * 32, "at": "2026-11-30T10:00:00Z"}}
    basel.save()
    shown = text_of(page(""))
    assert "Basel has admitted it" in shown
    assert "Basel has revoked it after bundle 7" in shown


def test_an_alarm_is_in_red_with_its_records(scene: Scene, project: Project, page: Callable[[str], Any]) -> None:
    record = str(Record.objects.filter(project=project).exclude(alive=False).latest("id").id)
    alarm = {"kind": "differs", "at": "2026-11-30T10:00:00Z", "detail": "", "records": [record]}
    Peer.objects.filter(pk=scene.peers["Lyon"].pk).update(alarm=alarm)
    answer = page("")
    assert "Two sites have the same changes and show different records" in text_of(answer)
    (mark,) = elements(answer, "span", id="project-marks")
    assert words(mark) == "Differs from Lyon"
    assert title_of_mark(answer) == "Lyon has the same changes and shows other records."
    (dialog,) = elements(page("differs/"), "dialog", **{"class": "dialog page-dialog dialog-wide"})
    assert "Lyon has the same changes and shows other records" in words(dialog)


@pytest.mark.parametrize(
    ("kind", "headline", "title"),
    [
        (
            "fork",
            "A site has written two histories under one number",
            "A site has written two histories under one number, as Lyon shows.",
        ),
        (
            "wrong_text",
            "What Lyon has sent does not match its record",
            "Lyon: It has sent a text that does not have its hash.",
        ),
    ],
)
def test_an_alarm_that_is_not_about_records_says_what_it_is(
    scene: Scene, page: Callable[[str], Any], kind: str, headline: str, title: str
) -> None:
    detail = "It has sent a text that does not have its hash."
    alarm = {"kind": kind, "at": "2026-11-30T10:00:00Z", "detail": detail, "records": []}
    Peer.objects.filter(pk=scene.peers["Lyon"].pk).update(alarm=alarm)
    answer = page("")
    (heading,) = elements(answer, "h2", id="sites-verdict")
    assert words(heading) == headline
    (mark,) = elements(answer, "span", id="project-marks")
    assert (words(mark), title_of_mark(answer)) == ("Alarm about Lyon", title)


def title_of_mark(answer: Any) -> Any:
    (mark,) = elements(answer, "a", class_="project-mark")
    return mark.attributes["title"]


def test_an_alarm_names_links_and_mappings_of_columns(
    scene: Scene, project: Project, page: Callable[[str], Any]
) -> None:
    source, target = Record.objects.filter(project=project).exclude(alive=False).order_by("id")[:2]
    ends = {"source": source.id, "target": target.id, "type": "verifies", "shown": True, "conflict_count": 0}
    edge = Edge.objects.create(project=project, id=uuid4(), **ends, properties={}, facts={}, digest=b"")
    columns = ("requirements", "title"), ("risks", "cause")
    write = ["00" * 12, *(str(uuid4()) for _part in range(4)), True, [], False]
    (facet_a, field_a), (facet_b, field_b) = columns
    Mapping.objects.create(
        project=project, facet_a=facet_a, field_a=field_a, facet_b=facet_b, field_b=field_b, confirmed=True, write=write
    )
    facts = {"records": [str(edge.id)], "mappings": [pair_id(columns), str(uuid4())]}
    alarm = {"kind": "differs", "at": "2026-11-30T10:00:00Z", "detail": "", **facts}
    Peer.objects.filter(pk=scene.peers["Lyon"].pk).update(alarm=alarm)
    (dialog,) = elements(page("differs/"), "dialog", **{"class": "dialog page-dialog dialog-wide"})
    shown = words(dialog)
    assert "→" in shown
    assert "= risks · cause mapping of columns" in shown
    assert "1 mapping that is not here" in shown


def test_what_differs_names_the_records_that_are_not_everywhere(scene: Scene, page: Callable[[str], Any]) -> None:
    (dialog,) = elements(page("differs/"), "dialog", **{"class": "dialog page-dialog dialog-wide"})
    shown = words(dialog)
    assert "REQ-18" in shown
    assert "not at Inspection laptop, Visp plant" in shown


def test_many_long_names_do_not_fill_the_strip(
    project: Project, page: Callable[[str], Any], owner: User, caller_for: Callable[..., Any]
) -> None:
    make_records(project, caller_for(owner), 2)
    for number in range(5):
        make_peer(
            project, f"{number} {'Laboratory of clinical pharmacology ' * 6}"[:200], clock=clock_of(project, own=1)
        )
    shown = text_of(page(""))
    assert "0 Laboratory of clinical pharmacology L…, 1 Laboratory of" in shown
    assert "and 2 more do not have all of it" in shown


def test_a_site_that_is_away_may_have_more(
    project: Project, page: Callable[[str], Any], owner: User, caller_for: Callable[..., Any]
) -> None:
    make_records(project, caller_for(owner), 2)
    peer = make_peer(project, "Basel", clock=clock_of(project))
    assert "what is written at Basel meanwhile comes with the next link" in text_of(page(""))
    Peer.objects.filter(pk=peer.pk).update(connected_at=Now(), claimed_until=Now() + timedelta(hours=1))
    assert "Every change is at every site." in text_of(page(""))


def test_the_mark_is_gone_when_nothing_waits(
    project: Project, owner: User, client: Client, caller_for: Callable[..., Any]
) -> None:
    make_records(project, caller_for(owner), 2)
    client.force_login(owner)

    def mark() -> str:
        (found,) = elements(client.get(f"/projects/{project.id}/history/"), "span", id="project-marks")
        return words(found)

    assert mark() == ""
    peer = make_peer(project, "Basel", clock=clock_of(project, own=2))
    assert mark() == "1 site away · 2 to send"
    peer.clock = clock_of(project)
    peer.save()
    assert mark() == ""


def test_a_header_names_the_events_after_which_it_asks_again(
    project: Project, owner: User, client: Client, caller_for: Callable[..., Any]
) -> None:
    make_records(project, caller_for(owner), 2)
    client.force_login(owner)

    def followed() -> str:
        (found,) = elements(client.get(f"/projects/{project.id}/marks/"), "i")
        return str(found.attributes["data-on"])

    assert followed() == "site."
    make_peer(project, "Basel", clock=clock_of(project))
    assert followed() == "sync. register. site."


def test_more_sites_and_more_bundles_are_no_more_queries(
    scene: Scene, project: Project, page: Callable[[str], Any]
) -> None:
    def asked(more: str) -> int:
        assert page(more).status_code == 200
        with CaptureQueriesContext(connection) as queries:
            page(more)
        return len(queries)

    before = asked("")
    for at in range(5):
        make_peer(project, f"Site {at}", clock=clock_of(project))
    assert asked("") <= before <= MOST
    assert asked("differs/") <= 45
