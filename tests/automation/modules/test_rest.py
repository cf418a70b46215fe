"""Modules over REST and by the engine's routes."""

from __future__ import annotations

import pytest
from uuid_utils.compat import uuid7

from projects.models import Project
from tests.automation.modules.world import Site
from tests.rest.client import Api, problem

pytestmark = pytest.mark.django_db


@pytest.fixture
def here(project: Project) -> str:
    return f"projects/{project.id}/modules/"


def test_a_module_is_adopted_once_and_left_with_a_reason(site: Site, here: str):
    api, key = Api(site.owner.user), str(uuid7())
    body = {"name": "production"}
    assert api.post(here, body, Idempotency_Key=key).status_code == 201
    assert api.post(here, body, Idempotency_Key=key).status_code == 200
    assert problem(api.post(f"{here}production/leave/", {"reason": " "})) == (400, "validation_failed")
    assert api.post(f"{here}production/leave/", {"reason": "The show is over"}).status_code == 204
    assert site.schema.tables == {}


def test_suggestions_are_listed_and_answered(site: Site):
    site.adopt("production")
    api, path = Api(site.editor.user), f"projects/{site.project.id}/suggestions/"
    listed = api.get(path).json()["results"]
    assert {each["shared_key"] for each in listed} == {"person.name", "person.email", "cue.department"}
    ends = ("facet_a", "field_a", "facet_b", "field_b")
    first = {name: listed[0][name] for name in ends}
    assert api.post(path, {**first, "same": False}).status_code == 200
    assert len(api.get(path).json()["results"]) == len(listed) - 1
    assert problem(api.post(path, {**first, "same": False})) == (409, "conflict")
    assert problem(api.post(path, {**first, "field_a": "nothing", "same": True})) == (400, "validation_failed")
