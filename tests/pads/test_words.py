"""What history, comparison, activity, audit trail, inbox and bundle say of a version that was promoted from a pad."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.test import Client

from audit.models import Event
from audit.verification import verify
from drafts.models import Draft
from drafts.origins import ORIGINS
from drafts.reading import summary
from publishing.bundle.scope import scope_of_project
from publishing.bundle.writing import bundle
from stages.pads.models import Pad
from stages.pads.services import update_pad
from tests.accounts.pages import seem_proven
from tests.cast import new_user
from tests.pads.test_promoting import promote
from tests.pads.world import World, edit
from tests.publishing.bundles import files_in, lines_of, wrong_with
from tests.workspace import trail
from workspace.event_words import event_link, event_sentence, event_words
from workspace.history.made_from import made_from


@pytest.fixture
def pad(world: World) -> Pad:
    """Ed wrote in a pad that began with the prompt, Mara only deleted, and Olga promoted it as v2."""
    pad = world.pad(name="Exclusion criteria", target_field="prompt_text", start="field")
    edit(world.session("ed"), pad, 1, (9, 0, " Cite it."))
    edit(world.session("mara"), pad, 2, (17, 1, ""))
    promote(world, Pad.objects.get(pk=pad.id), "olga", revision=3)
    return pad


def shown(world: World, path: str, by: str = "vic") -> str:
    client = Client()
    client.force_login(world.people[by])
    return " ".join(client.get(f"/projects/{world.project.id}/{path}").content.decode().split())


@pytest.mark.parametrize("path", ["history/", "history/panel/", "versions/2/", "compare/?base=1&target=2"])
def test_a_version_says_what_it_was_promoted_from_and_links_to_it(world: World, pad: Pad, path: str):
    page = shown(world, path)
    place = f'href="/projects/{world.project.id}/pads/{pad.id}/"'
    assert place in page
    said = " ".join(re.sub(r"<[^>]*>", "", page[page.index(place) :]).split())
    assert "Promoted from Exclusion criteria by Olga · written by Ed and Mara" in said


def test_a_version_is_linked_by_what_the_pad_is_called_now(world: World, pad: Pad):
    update_pad(caller=world.caller("ed"), pad_id=pad.id, name="Other <b>")
    assert "Promoted from Other &lt;b&gt; by Olga" in shown(world, "history/")
    saved = Event.objects.of_project(world.project.id).filter(action="draft.saved").latest("seq")
    assert "Exclusion criteria" in event_words(saved)


def test_the_event_of_the_version_says_who_wrote_it(world: World, pad: Pad):
    saved = Event.objects.of_project(world.project.id).filter(action="draft.saved").latest("seq")
    sentence, thing = event_sentence(saved)
    assert sentence == "{name} promoted {thing}"
    assert thing == "Exclusion criteria as v2, written by Ed and Mara: Prompt"
    assert event_words(saved) == "v2, promoted from Exclusion criteria, written by Ed and Mara: Prompt"
    assert event_link(saved) == f"/projects/{world.project.id}/versions/2/"
    assert "promoted Exclusion criteria as v2, written by Ed and Mara" in text(shown(world, "activity/"))


def text(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", "", page).split())


def test_the_audit_trail_names_them(world: World, pad: Pad):
    world.people["auditor"] = new_user("auditor", is_auditor=True)
    client = Client()
    client.force_login(world.people["auditor"])
    seem_proven(client)
    page = trail.shown(client, chain=str(world.project.id))
    assert "v2, promoted from Exclusion criteria, written by Ed and Mara: Prompt" in text(page)


def test_contributors_read_of_it_in_their_inbox(world: World, pad: Pad):
    client = Client()
    client.force_login(world.people["mara"])
    assert "Olga promoted Exclusion criteria into Prompt as v2" in text(client.get("/inbox/").content.decode())


def test_a_bundle_says_who_wrote_a_promoted_version(world: World, pad: Pad):
    files = files_in(b"".join(bundle(scope_of_project(world.project.id))))
    assert wrong_with(files) is None
    first, second = lines_of(files["versions.jsonl"])
    assert "pad" not in first
    assert second["pad"]["name"] == "Exclusion criteria"
    assert [each["display_name"] for each in second["pad"]["writers"]] == ["Ed", "Mara"]
    assert b"save from Exclusion criteria, written by Ed" in files["report.html"]


def test_rest_names_the_pad_of_a_version(world: World, pad: Pad):
    second, first = map(summary, Draft.objects.of_project(world.project.id).select_related("author"))
    assert "origin" not in first
    assert (second["origin"]["type"], second["origin"]["id"]) == ("pad", str(pad.id))


def test_the_history_reads_all_pads_in_two_queries(world: World, pad: Pad, django_assert_num_queries):
    drafts = list(Draft.objects.of_project(world.project.id).select_related("author"))
    with django_assert_num_queries(2):
        made_from(drafts)
    with django_assert_num_queries(0):
        made_from(drafts[1:])


def test_without_the_stage_a_version_is_one_like_others(world: World, pad: Pad):
    assert apps.is_installed("stages.pads")
    draft = Draft.objects.of_project(world.project.id).select_related("author").first()
    saved = Event.objects.of_project(world.project.id).filter(action="draft.saved").latest("seq")
    with ORIGINS.replaced({}):
        assert made_from([draft]) == {}
        assert event_words(saved) == "v2: Prompt"
        assert event_sentence(saved) == ("{name} saved {thing}", "v2: Prompt")


def test_the_audit_trail_agrees_with_the_records(world: World, pad: Pad):
    assert verify().findings == []
