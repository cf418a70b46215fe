"""What is held back, in pages, narrowed to a site or a reason; whoever decides about one stays where they were."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from projects.models import Project
from stages.replication.choices import HeldReason
from stages.replication.models import HeldBundle, Peer
from stages.replication.reading import held as reading
from stages.replication.reading.held import HeldQuery, read_held
from tests.replication.rows import hold, make_peer
from tests.rest.client import Api, members, problem
from tests.workspace.html import elements, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def visp(project: Project, monkeypatch: pytest.MonkeyPatch) -> Peer:
    """Five bundles of one site and two of another, three on a page."""
    monkeypatch.setattr(reading, "MAX_SHOWN", 3)
    found = make_peer(project, "Visp")
    for number in range(1, 6):
        hold(found, number, HeldReason.UNKNOWN_KEY)
    zug = make_peer(project, "Zug")
    for number in (1, 2):
        hold(zug, number, HeldReason.READ_ONLY)
    return found


@pytest.fixture
def page(project: Project, owner: User, client: Client) -> Callable[[str], Any]:
    client.force_login(owner)
    return lambda more: client.get(f"/projects/{project.id}/sites/{more}")


def numbers(project: Project, **query: Any) -> list[int | None]:
    return [each.bundle.number for each in read_held(project.id, HeldQuery(**query)).shown]


def rows(answer: Any) -> list[str]:
    return [words(each) for each in elements(answer, "li", class_="sites-row")]


def test_pages_go_on_to_the_last_and_back(project: Project, visp: Peer) -> None:
    first = read_held(project.id)
    assert ([each.bundle.number for each in first.shown], first.newer, first.older) == ([2, 1, 5], False, True)
    second = read_held(project.id, HeldQuery(before=first.shown[-1].bundle.id))
    assert ([each.bundle.number for each in second.shown], second.newer, second.older) == ([4, 3, 2], True, True)
    last = read_held(project.id, HeldQuery(before=second.shown[-1].bundle.id))
    assert ([each.bundle.number for each in last.shown], last.newer, last.older) == ([1], True, False)
    back = read_held(project.id, HeldQuery(after=last.shown[0].bundle.id))
    assert ([each.bundle.number for each in back.shown], back.newer, back.older) == ([4, 3, 2], True, True)
    # What is added meanwhile moves no page.
    hold(visp, 9, HeldReason.UNKNOWN_KEY)
    assert numbers(project, before=first.shown[-1].bundle.id) == [4, 3, 2]


def test_a_site_or_a_reason_is_listed_alone(project: Project, visp: Peer) -> None:
    assert numbers(project, site=visp.key_text) == [5, 4, 3]
    assert numbers(project, reason="read_only") == [2, 1]
    assert numbers(project, site=visp.key_text, reason="read_only") == []
    found = read_held(project.id, HeldQuery(reason="read_only"))
    assert found.total == 7
    assert [(name, count) for _key, name, count in found.sites] == [("Visp", 5), ("Zug", 2)]
    assert sorted(found.reasons) == [("read_only", 2), ("unknown_key", 5)]


def test_the_page_leads_on_and_keeps_what_was_chosen(page: Callable[[str], Any], visp: Peer) -> None:
    answer = page(f"?held_site={visp.key_text}&as=table")
    assert len(rows(answer)) == 3
    (older,) = elements(answer, "a", id="held-older")
    second = page(str(older.attributes["href"]).partition("/sites/")[2])
    assert len(rows(second)) == 2
    assert elements(second, "a", id="held-older") == []
    (chosen,) = [each for each in elements(second, "option") if "selected" in each.attributes and "Visp" in words(each)]
    assert words(chosen) == "Visp (5)"
    assert "as=table" in str(elements(second, "a", id="held-newer")[0].attributes["href"])
    assert page("?held_site=nonsense&held_before=7&held_reason=none").status_code == 200


def test_what_is_chosen_stays_chosen_when_nothing_of_it_is_left(page: Callable[[str], Any], visp: Peer) -> None:
    answer = page("?held_reason=malformed")
    assert rows(answer) == []
    (chosen,) = [each for each in elements(answer, "option") if "selected" in each.attributes]
    assert words(chosen) == "Malformed (0)"
    assert "Nothing like this is held back." in answer.content.decode()


def test_whoever_decides_stays_on_the_page(
    project: Project, page: Callable[[str], Any], visp: Peer, client: Client
) -> None:
    place = f"?held_site={visp.key_text}&held_before={HeldBundle.objects.get(site_key=visp.key, number=3).id}"
    wanted = HeldBundle.objects.get(site_key=visp.key, number=2)
    links = [str(each.attributes["href"]) for each in elements(page(place), "a", class_="btn btn-danger btn-xs")]
    (link,) = [each for each in links if str(wanted.id) in each]
    (form,) = [each for each in elements(client.get(link), "form") if str(wanted.id) in str(each.attributes["action"])]
    answer = client.post(str(form.attributes["action"]), {"reason": "Nobody wants it"})
    assert (answer.status_code, answer["Location"]) == (302, f"/projects/{project.id}/sites/{place}#sites-held")
    assert len(rows(client.get(answer["Location"]))) == 1


def test_rest_lists_those_of_a_site_or_of_a_reason(project: Project, visp: Peer, owner: User) -> None:
    def listed(query: str) -> list[int]:
        return [each["number"] for each in members(Api(owner).get(f"projects/{project.id}/held/?{query}"))["results"]]

    assert listed(f"site={visp.key_text}") == [5, 4, 3, 2, 1]
    assert listed("reason=read_only") == [2, 1]
    assert listed(f"reason=read_only&site={uuid4().hex * 2}") == []
    for query in ("site=visp", "reason=none"):
        assert problem(Api(owner).get(f"projects/{project.id}/held/?{query}")) == (400, "validation_failed")
