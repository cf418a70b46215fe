"""What history, comparison, activity, audit trail and bundle say of a version that accepted a proposal."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from audit.models import Event
from drafts.models import Draft
from drafts.reading import summary
from publishing.bundle.scope import scope_of_project
from publishing.bundle.writing import bundle
from tests.proposals.conftest import World, new_world
from tests.publishing.bundles import files_in, lines_of, wrong_with
from workspace.event_words import event_link, event_sentence, event_words
from workspace.history.made_from import made_from

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    """P1, by an agent for Ed, was accepted by Mara as v2."""
    world = new_world()
    world.accept(world.open(caller=world.caller("bot", on_behalf_of=world.people["ed"].id), by="bot"), "mara")
    return world


def page(world: World, path: str) -> str:
    client = Client()
    client.force_login(world.people["vic"])
    return " ".join(client.get(f"/projects/{world.project.id}/{path}").content.decode().split())


@pytest.mark.parametrize("path", ["history/", "history/panel/", "versions/2/", "compare/?base=1&target=2"])
def test_a_version_says_whose_proposal_it_accepted_and_links_to_it(world: World, path: str):
    shown = page(world, path)
    place = f'href="/projects/{world.project.id}/proposals/1/"'
    assert place in shown
    said = re.sub(r"<[^>]*>", "", shown[shown.index(place) :])
    assert "Accepted P1 by Mara · written by Ed, with an agent" in " ".join(said.split())


def test_the_events_of_an_acceptance_say_who_wrote_it(world: World):
    saved = Event.objects.of_project(world.project.id).filter(action="draft.saved").latest("seq")
    sentence, thing = event_sentence(saved)
    assert sentence == "{name} accepted {thing}"
    assert thing == "P1 as v2, written by Ed, with an agent: Prompt"
    assert event_words(saved) == "v2, accepted from P1, written by Ed, with an agent: Prompt"
    accepted = Event.objects.of_project(world.project.id).get(action="proposal.accepted")
    assert event_link(accepted) == f"/projects/{world.project.id}/proposals/1/"


def test_a_bundle_says_who_wrote_an_accepted_version(world: World):
    files = files_in(b"".join(bundle(scope_of_project(world.project.id))))
    assert wrong_with(files) is None
    first, second = lines_of(files["versions.jsonl"])
    assert "proposal" not in first
    assert second["proposal"]["number"] == 1
    assert {each["display_name"] for each in second["proposal"]["writers"]} == {"Bot", "Ed"}
    assert b"accept P1, written by" in files["report.html"]


def test_rest_names_the_proposal_of_a_version(world: World):
    versions = Draft.objects.of_project(world.project.id).select_related("author")
    second, first = map(summary, versions)
    assert "origin" not in first
    assert second["origin"]["type"] == "proposal"
    assert {each["id"] for each in second["origin"]["contributors"]} == {
        str(world.people[name].id) for name in ("bot", "ed")
    }


def test_the_history_reads_all_proposals_in_two_queries(world: World, django_assert_num_queries):
    drafts = list(Draft.objects.of_project(world.project.id).select_related("author"))
    with django_assert_num_queries(2):
        made_from(drafts)
    with django_assert_num_queries(0):
        made_from(drafts[1:])
