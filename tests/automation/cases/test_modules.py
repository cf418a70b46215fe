"""Acceptance cases of modules and mapping: by their numbers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from audit.models import Event
from kernel.errors import Conflict, PermissionDenied
from projects.models import Project
from projects.services import add_member
from stages.automation.errors import ModuleIncompatible
from stages.automation.facets import MODULE
from stages.automation.models import Package
from stages.automation.reading.records import records_of
from stages.automation.reading.suggestions import suggestions
from stages.automation.services.modules import adopt_module
from stages.automation.services.suggestions import answer_suggestion
from stages.registers.models import Mapping
from stages.registers.reading.reader import Reader
from stages.registers.services.links import confirm_mapping
from tests.automation.modules.world import Site, manifest, table
from tests.automation.packages.making import CONTACTS, module
from tests.rest.client import Api, problem

pytestmark = pytest.mark.django_db

PEOPLE = manifest("people", table("people", name="text person.name", born="date"))
STAFF = manifest("staff", table("staff", person="text person.name", since="date"))
NUMBERS = manifest("numbers", table("numbers", name="integer person.name"))

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


def _names(site: Site, facet: str) -> list[str]:
    return [each.text("name") for each in records_of(Reader(site.project.id).storage, facet)]


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


def test_case_01_one_person_is_in_contacts_and_cast(site: Site):
    site.adopt("production")
    (jane,) = site.create("contacts", {"name": "Jane Doe", "email": "jane@co"})
    site.attach("cast", jane)
    assert site.shown("cast", jane) == {}
    confirm_mapping(caller=site.editor, project_id=site.project.id, one=("contacts", "name"), other=("cast", "actor"))
    assert site.shown("cast", jane) == {"actor": "Jane Doe"}
    site.set("cast", jane, "actor", "Jane M. Doe")
    assert site.shown("contacts", jane) == {"name": "Jane M. Doe", "email": "jane@co"}


def test_case_02_suggestions_bind_nothing_by_themselves_and_are_asked_once(site: Site):
    for toml in (PEOPLE, STAFF):
        site.add(toml)
    site.adopt("production")
    site.adopt("people")
    site.adopt("staff")
    pairs = {(each.one.named, each.other.named) for each in suggestions(site.project.id).possible}
    assert (("contacts", "name"), ("people", "name")) in pairs
    assert (("people", "name"), ("staff", "person")) in pairs
    assert not Mapping.objects.filter(project=site.project).exists()
    answers: dict[str, Any] = {"caller": site.editor, "project_id": site.project.id}
    answer_suggestion(**answers, one=("people", "name"), other=("staff", "person"), is_same=False)
    assert Mapping.objects.get(project=site.project).confirmed is False
    answer_suggestion(**answers, one=("people", "name"), other=("contacts", "name"), is_same=True)
    left = {(each.one.named, each.other.named) for each in suggestions(site.project.id).possible}
    assert pairs - left == {
        (("people", "name"), ("staff", "person")),
        (("contacts", "name"), ("people", "name")),
    }
    with pytest.raises(Conflict):
        answer_suggestion(**answers, one=("staff", "person"), other=("people", "name"), is_same=False)


def test_case_03_columns_of_different_types_are_not_suggested_and_it_is_said(site: Site):
    for toml in (PEOPLE, NUMBERS):
        site.add(toml)
    site.adopt("people")
    site.adopt("numbers")
    found = suggestions(site.project.id)
    assert found.possible == []
    (unlike,) = found.unlike
    assert (unlike.key, unlike.one.column.type, unlike.other.column.type) == ("person.name", "text", "integer")


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


def test_case_05_owners_adopt_and_nobody_else(site: Site):
    with pytest.raises(PermissionDenied):
        adopt_module(caller=site.editor, project_id=site.project.id, name="production")
    assert site.schema.tables == {}
    adopted = site.adopt("production")
    assert adopted.is_new
    assert {"contacts", "cast", "scenes"} <= site.schema.tables.keys()
    assert site.schema.relations["plays"].target == "scenes"
    assert _names(site, MODULE) == ["production"]
    assert site.actions()[-3:] == ["script.switched", "rule.saved", "register.changed"]


def test_case_06_a_version_that_changes_a_type_is_refused_and_nothing_changes(site: Site):
    site.add(PEOPLE)
    site.add(manifest("people", table("people", name="integer", more="text"), version="1.1"))
    site.add(manifest("people", table("people", name="text", more="text"), version="1.2"))
    site.adopt("people", version="1.0.0")
    (jane,) = site.create("people", {"name": "Jane"})
    before = site.actions()
    with pytest.raises(ModuleIncompatible) as refused:
        site.adopt("people", version="1.1")
    assert (refused.value.extra["table"], refused.value.extra["column"]) == ("people", "name")
    assert site.actions() == before
    assert "more" not in {each.name for each in site.schema.tables["people"].columns}
    site.adopt("people")
    # A column stays that the version does not name.
    assert [each.name for each in site.schema.tables["people"].columns] == ["name", "born", "more"]
    assert site.shown("people", jane) == {"name": "Jane"}
    event = Event.objects.of_project(site.project.id).get(action="module.adopted", canonical__contains='"1.2"')
    assert event.data["before"] == "1.0.0"


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


def test_case_07_what_was_left_comes_back_with_its_records(site: Site):
    site.add(PEOPLE)
    site.adopt("people")
    records = site.create("people", *({"name": f"Person {each}"} for each in range(40)))
    site.leave("people")
    assert site.schema.tables == {}
    assert _names(site, MODULE) == []
    site.adopt("people")
    assert [site.shown("people", each) for each in records] == [{"name": f"Person {each}"} for each in range(40)]


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
