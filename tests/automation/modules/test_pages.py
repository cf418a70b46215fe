"""The pages of modules."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from stages.automation.reading.suggestions import suggestions
from stages.registers.models import Mapping
from tests.automation.modules.world import Site, manifest, table

pytestmark = pytest.mark.django_db

ASKING = manifest("asking", table("answers", text="text"), '[capabilities]\nwrite = ["answers.*"]')


@pytest.fixture
def owner_page(site: Site, client: Client) -> Any:
    client.force_login(site.owner.user)
    return lambda path="": client.get(f"/projects/{site.project.id}/automation/modules/{path}")


def _text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_all_modules_are_listed_the_adopted_first(site: Site, owner_page: Any):
    site.adopt("traceability")
    shown = _text(owner_page())
    assert shown.index("Traceability") < shown.index("Production")
    assert "Comes with Foundry" in shown


def test_an_owner_adopts_on_one_page_and_answers_there(site: Site, client: Client, owner_page: Any):
    site.add(manifest("people", table("people", name="text person.name")))
    site.adopt("people")
    shown = _text(owner_page("production/"))
    for words in ("Adopt Production 1.0.0", "New table", "Is this the same?", "Adopt module", "SM cues, where"):
        assert words in shown
    answer = {"answer:people|name|contacts|name": "same", "answer:people|name|cast|actor": "different"}
    path = f"/projects/{site.project.id}/automation/modules/production/"
    assert client.post(path, {"version": "1.0.0", **answer}).status_code == 302
    assert "contacts" in site.schema.tables
    assert sorted(Mapping.objects.values_list("confirmed", flat=True)) == [False, True]
    left = suggestions(site.project.id).possible
    page = _text(owner_page("production/"))
    assert "Keep these answers" in page
    assert f'name="{left[0].form_name}"' in page


def test_wishes_are_not_ticked_and_become_grants_when_they_are(site: Site, owner_page: Any):
    site.add(ASKING)
    shown = _text(owner_page("asking/"))
    assert '<input type="checkbox" class="checkbox" name="grant" value="write:answers.*"' in shown
    assert "checked" not in shown[shown.index("What it asks for") :]


def test_what_does_not_fit_is_said_and_cannot_be_adopted(site: Site, client: Client, owner_page: Any):
    site.add(manifest("people", table("people", name="text")))
    site.add(manifest("people", table("people", name="integer"), version="2.0"))
    site.adopt("people", version="1.0.0")
    shown = _text(owner_page("people/?version=2.0"))
    assert "“name” is text here, and integer in the module" in shown
    assert "Adopt module" not in shown
    answer = client.post(f"/projects/{site.project.id}/automation/modules/people/", {"version": "2.0"})
    assert answer.status_code == 409
    assert "needs “name” in people as integer, and it is text" in _text(answer)
    assert "Version 2.0 is at this site" in _text(owner_page("people/"))


def test_an_owner_leaves_with_a_reason(site: Site, client: Client):
    client.force_login(site.owner.user)
    site.adopt("production")
    path = f"/projects/{site.project.id}/automation/modules/production/leave/"
    assert client.post(path, {"reason": ""}).status_code == 400
    assert client.post(path, {"reason": "The show is over"}).status_code == 302
    assert site.schema.tables == {}


def test_an_editor_sees_who_may_adopt(site: Site, client: Client):
    client.force_login(site.editor.user)
    shown = _text(client.get(f"/projects/{site.project.id}/automation/modules/production/"))
    assert "Only an owner can adopt it" in shown
    assert "Adopt module" not in shown
