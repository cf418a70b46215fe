"""A stage's gate: chosen on the policy page and by REST, asked of every release, counted again by the bundle."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Event
from publishing.gates import GATES
from publishing.policies import rules_of
from tests.publishing.bundles import files_in, release_bundle, wrong_with
from tests.publishing.conftest import make_review, review  # noqa: F401 (fixtures)
from tests.publishing.reviews import Review, caller_of
from tests.rest.client import Api, members
from tests.sample_stage.services import add_note
from tests.workspace.html import elements, words

pytestmark = pytest.mark.django_db

POLICY = {
    "people_authored": "1",
    "people_reviewed": "1",
    "people_approved": "1",
    "distinct_people": "3",
    "open_comments": "warn",
    "open_tasks": "warn",
}


@pytest.fixture
def owner_page(review: Review) -> tuple[Client, str]:  # noqa: F811 (the fixture)
    """A browser of the owner, and the address of the policy."""
    client = Client()
    client.force_login(review.people["owner"])
    return client, reverse("workspace:policy", args=[review.project.id])


def test_the_policy_page_offers_the_gate_and_stores_its_parameters(
    review: Review,  # noqa: F811 (the fixture)
    owner_page: tuple[Client, str],
):
    client, address = owner_page
    page = client.get(address)
    assert "Gate: Notes" in [words(each) for each in elements(page, "h2")]
    assert "checked" not in elements(page, "input", id="gate-notes")[0].attributes

    chosen = {"gate_notes": "yes", "gate-notes-least": "2", "gate-notes-enforcement": "warn"}
    assert client.post(address, {**POLICY, **chosen}).status_code == 302

    assert rules_of(review.project.id).gates == {"notes": {"least": 2, "enforcement": "warn"}}
    page = client.get(address)
    assert "checked" in elements(page, "input", id="gate-notes")[0].attributes
    assert elements(page, "input", name="gate-notes-least")[0].attributes["value"] == "2"
    assert client.post(address, POLICY).status_code == 302
    assert rules_of(review.project.id).gates == {}


def test_parameters_that_make_no_sense_come_back_as_they_were_typed(owner_page: tuple[Client, str]):
    client, address = owner_page

    page = client.post(
        address, {**POLICY, "gate_notes": "yes", "gate-notes-least": "99", "gate-notes-enforcement": "warn"}
    )

    assert page.status_code == 400
    assert "Notes: Notes needed: Ensure this value is less than or equal to 9." in page.content.decode()
    assert elements(page, "input", name="gate-notes-least")[0].attributes["value"] == "99"


def test_a_gate_of_a_missing_stage_stays_until_somebody_takes_it_out(
    review: Review,  # noqa: F811 (the fixture)
    owner_page: tuple[Client, str],
):
    review.require(gates={"notes": {"least": 1, "enforcement": "block"}})
    client, address = owner_page
    with GATES.replaced({}):
        page = client.get(address)
        assert "Not installed here" in page.content.decode()

        assert client.post(address, {**POLICY, "gate_notes": "yes"}).status_code == 302
        assert rules_of(review.project.id).gates == {"notes": {"least": 1, "enforcement": "block"}}
        assert client.post(address, POLICY).status_code == 302
    assert rules_of(review.project.id).gates == {}


def test_rest_reads_and_sets_the_gates_of_a_policy(review: Review):  # noqa: F811 (the fixture)
    owner = Api(review.people["owner"])
    address = f"projects/{review.project.id}/policy/"
    before = members(owner.get(address))
    assert before["gates"] == {}
    assert "notes" in [gate["name"] for gate in before["installed_gates"]]

    gates = {"notes": {"least": 3, "enforcement": "block"}}
    answer = owner.request("PUT", address, {"gates": gates})

    assert (answer.status_code, members(answer)["gates"]) == (200, gates)


def test_the_submit_page_says_what_the_gate_says(
    review: Review,  # noqa: F811 (the fixture)
    owner_page: tuple[Client, str],
):
    review.require(gates={"notes": {"least": 1, "enforcement": "block"}})
    client, _ = owner_page
    address = reverse("workspace:submit_release", args=[review.project.id])

    page = client.get(address)
    assert "It takes 1 notes, and there are 0." in page.content.decode()
    (link,) = [each for each in elements(page, "a") if words(each) == "Write a note"]
    assert str(review.project.id) in link.attributes["href"]
    refused = client.post(address, {"name": "1.0.0", "suggested": "1.0.0", "version": "1"})

    assert refused.status_code == 409
    assert "Notes: It takes 1 notes, and there are 0." in refused.content.decode()


def test_the_bundle_s_part_counts_again_what_the_gate_counted(review: Review):  # noqa: F811 (the fixture)
    add_note(caller=caller_of(review.people["editor"]), project_id=review.project.id, text="Ask the clinic")
    review.require(gates={"notes": {"least": 1, "enforcement": "block"}})
    assert wrong_with(files_in(release_bundle(review.release()))) is None


def test_the_bundle_s_part_finds_a_gate_that_counted_wrong(
    review: Review,  # noqa: F811 (the fixture)
    monkeypatch: pytest.MonkeyPatch,
):
    add_note(caller=caller_of(review.people["editor"]), project_id=review.project.id, text="Ask the clinic")
    review.require(gates={"notes": {"least": 1, "enforcement": "block"}})
    monkeypatch.setattr("publishing.services.signing.pass_gates", lambda *_, **__: {"notes": {"notes": 7}})
    release = review.release()

    ended = Event.objects.of_project(review.project.id).get(action="release.released").seq
    assert wrong_with(files_in(release_bundle(release))) == f"event {ended}: there were 1 notes"
