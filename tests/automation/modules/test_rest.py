"""Modules over REST and by the engine's routes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from projects.models import Project
from projects.services import add_member
from stages.automation.models import Package
from tests.automation.modules.world import Site, manifest, table
from tests.automation.packages.making import CONTACTS, module
from tests.rest.client import Api, problem

pytestmark = pytest.mark.django_db

# Case 8: what is wrong, and its path where it has one.
BAD = {
    "an unknown member": (CONTACTS.replace("shared_key", "shard_key"), "tables.contacts.columns.name.shard_key"),
    "a key of 20,000 dots": ("a" + ".a" * 20_000 + " = 1", "module.toml"),
    "5,000 nested brackets": ("a = " + "[" * 5_000 + "]" * 5_000, "module.toml"),
    "a 5,000-digit integer": ("a = " + "1" * 5_000, "module.toml"),
    "nan": (CONTACTS.replace('"Contacts"', "nan"), "module.title"),
    "70 KiB": ("#" * 70 * 1024, "module.toml"),
}


def _post_zip(api: Api, archive: bytes) -> Any:
    client: Any = api._client
    return client.generic("POST", "/api/v1/modules/", archive, content_type="application/zip")


@pytest.fixture
def here(project: Project) -> str:
    return f"projects/{project.id}/modules/"


def test_case_05_a_viewer_installs_an_editor_does_not_adopt_and_an_outsider_finds_nothing(
    site: Site, here: str, make_user: Callable[..., Any]
):
    viewer, outsider = make_user("viewer"), make_user("outsider")
    add_member(caller=site.owner, project_id=site.project.id, user_id=viewer.id, role="viewer")
    assert Api(viewer).post("modules/production/install/").status_code == 201
    assert problem(Api(site.editor.user).post(here, {"name": "production"})) == (403, "permission_denied")
    assert problem(Api(outsider).get(here)) == (404, "not_found")
    listed = {each["name"]: each for each in Api(viewer).get("modules/").json()["results"]}
    assert listed["production"]["installed"] == "1.0.0"
    assert Api(viewer).post("modules/production/uninstall/").status_code == 204


@pytest.mark.parametrize(("toml", "path"), BAD.values(), ids=BAD)
def test_case_08_a_bad_manifest_is_refused_with_the_path_of_the_member(site: Site, toml: str, path: str):
    answer = _post_zip(Api(site.administrator.user), module(toml))
    assert problem(answer) == (400, "validation_failed")
    assert json.loads(answer.content)["errors"].keys() == {path}


def test_case_10_the_same_bytes_are_the_same_package_and_others_a_conflict(site: Site):
    api = Api(site.administrator.user)
    first, again = _post_zip(api, module()), _post_zip(api, module())
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["sha256"] == again.json()["sha256"] == Package.objects.get().sha256
    assert problem(_post_zip(api, module(CONTACTS + "#"))) == (409, "conflict")
    assert problem(_post_zip(api, bytes(3 * 1024 * 1024))) == (413, "payload_too_large")
    assert problem(api.post("modules/", {"name": "x"})) == (415, "unsupported_media_type")


def test_case_06_what_does_not_fit_names_table_and_column(site: Site, here: str):
    site.add(manifest("people", table("people", name="text")))
    site.add(manifest("people", table("people", name="integer"), version="2.0"))
    site.adopt("people", version="1.0.0")
    answer = Api(site.owner.user).post(here, {"name": "people", "version": "2.0"})
    assert problem(answer) == (409, "module_incompatible")
    assert {name: answer.json()[name] for name in ("table", "column")} == {"table": "people", "column": "name"}
    assert Api(site.owner.user).get(here).json()["results"] == [
        {
            "name": "people",
            "version": "1.0.0",
            "sha256": Package.objects.get(version="1.0.0").sha256,
            "here": True,
            "conflicted": False,
            "newest": "2.0",
        }
    ]


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


def test_case_01_by_the_routes_of_the_engine(site: Site):
    rpc, api = f"/api/rpc/{site.project.id}", Api(site.owner.user)
    assert api.post(f"{rpc}/modules/install", {"name": "production"}).json()["version"] == "1.0.0"
    assert api.post(f"{rpc}/modules/adopt", {"name": "production"}).status_code == 200
    found = api.get(f"{rpc}/modules/list").json()
    assert [each["name"] for each in found["adopted"]] == ["production"]
    made = api.post(f"{rpc}/records/create", {"table": "contacts", "fields": {"name": "Jane Doe", "email": "jane@co"}})
    jane = made.json()["entity_id"]
    site.attach("cast", jane)
    pair = {"facet_a": "contacts", "field_a": "name", "facet_b": "cast", "field_b": "actor"}
    assert api.post(f"{rpc}/field-mappings/confirm", pair).status_code == 200
    update = {"table": "cast", "entity_id": jane, "fields": {"actor": "Jane M. Doe"}}
    assert api.post(f"{rpc}/records/update", update).status_code == 200
    (contact,) = api.get(f"{rpc}/records/list?table=contacts").json()["records"]
    assert contact["fields"] == {"name": "Jane M. Doe", "email": "jane@co"}
    assert problem(Api(site.editor.user).post(f"{rpc}/modules/adopt", {"name": "models"})) == (403, "permission_denied")
