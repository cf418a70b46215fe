"""Adopting, upgrading and leaving modules: cases 1 to 7."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from audit.models import Event
from kernel.errors import Conflict, NotFound, PermissionDenied, ProjectFrozen, ValidationFailed
from projects.services import archive_project
from stages.automation.errors import ModuleIncompatible
from stages.automation.facets import MODULE, RULE, SCRIPT
from stages.automation.models import Switch
from stages.automation.reading.records import records_of
from stages.automation.reading.suggestions import suggestions
from stages.automation.services.modules import adopt_module
from stages.automation.services.suggestions import answer_suggestion
from stages.registers.models import Mapping
from stages.registers.reading.reader import Reader
from stages.registers.services import undo
from stages.registers.services.links import confirm_mapping
from tests.automation.modules.world import Site, manifest, table

pytestmark = pytest.mark.django_db

PEOPLE = manifest("people", table("people", name="text person.name", born="date"))
STAFF = manifest("staff", table("staff", person="text person.name", since="date"))
NUMBERS = manifest("numbers", table("numbers", name="integer person.name"))
ASKING = manifest(
    "asking",
    table("answers", text="text"),
    '[capabilities]\nwrite = ["answers.*"]\nnetwork = ["https://api.example.org/v1/"]',
    '[rules.keep]\nscope = "answers"\nfill = {text = "?"}',
    '[scripts.ask]\ntitle = "Ask"\non_change = ["answers.text"]\nargs = {limit = "integer"}',
)


def _names(site: Site, facet: str) -> list[str]:
    return [each.text("name") for each in records_of(Reader(site.project.id).storage, facet)]


def test_case_01_one_person_stands_in_contacts_and_cast(site: Site):
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


def test_a_suggestion_says_in_how_many_records_the_columns_differ(site: Site):
    site.adopt("production")
    jane, john, joan = site.create("contacts", {"name": "Jane"}, {"name": "John"}, {"name": "Joan"})
    for record, name in ((jane, "Jane"), (john, "Johnny"), (joan, None)):
        site.attach("cast", record)
        if name:
            site.set("cast", record, "actor", name)
    (found,) = [each for each in suggestions(site.project.id).possible if each.key == "person.name"]
    assert (found.records, found.differ, found.fill) == (3, 1, 1)


def test_case_03_columns_of_different_types_are_not_suggested_and_it_is_said(site: Site):
    for toml in (PEOPLE, NUMBERS):
        site.add(toml)
    site.adopt("people")
    site.adopt("numbers")
    found = suggestions(site.project.id)
    assert found.possible == []
    (unlike,) = found.unlike
    assert (unlike.key, unlike.one.column.type, unlike.other.column.type) == ("person.name", "text", "integer")


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


def test_case_07_what_was_left_comes_back_with_its_records(site: Site):
    site.add(PEOPLE)
    site.adopt("people")
    records = site.create("people", *({"name": f"Person {each}"} for each in range(40)))
    site.leave("people")
    assert site.schema.tables == {}
    assert _names(site, MODULE) == []
    site.adopt("people")
    assert [site.shown("people", each) for each in records] == [{"name": f"Person {each}"} for each in range(40)]


def test_a_table_that_two_modules_have_stays_until_both_have_left(site: Site):
    site.add(PEOPLE)
    site.add(manifest("more", table("people", name="text", city="text")))
    site.adopt("people")
    site.adopt("more")
    assert [each.name for each in site.schema.tables["people"].columns] == ["name", "born", "city"]
    site.leave("people")
    assert "people" in site.schema.tables
    site.leave("more")
    assert site.schema.tables == {}


def test_adopting_once_more_writes_nothing(site: Site):
    site.adopt("production")
    before = site.actions()
    assert not site.adopt("production").is_new
    assert site.actions() == before


def test_a_repeat_gets_the_same_answer(site: Site):
    caller = replace(site.owner, client_ref=uuid7())
    first = adopt_module(caller=caller, project_id=site.project.id, name="production")
    before = site.actions()
    again = adopt_module(caller=caller, project_id=site.project.id, name="production")
    assert replace(again, is_new=True) == first
    assert site.actions() == before


def test_a_module_brings_its_rules_and_its_scripts_which_are_off(site: Site):
    site.add(ASKING, scripts__ask_lua="return 1\n")
    site.adopt("asking", grants={"write": ["answers.*"]})
    assert (_names(site, RULE), _names(site, SCRIPT)) == (["asking/keep"], ["asking/ask"])
    assert Switch.objects.get(project=site.project, kind="rule").is_on
    switch = Switch.objects.get(project=site.project, kind="script")
    assert (switch.is_on, switch.grants) == (False, {"write": ["answers.*"]})
    (script,) = records_of(Reader(site.project.id).storage, SCRIPT)
    assert script.text("source") == "return 1\n"
    site.leave("asking")
    assert (_names(site, RULE), _names(site, SCRIPT)) == ([], [])


def test_a_grant_that_nobody_asked_for_is_refused(site: Site):
    site.add(ASKING, scripts__ask_lua="return 1\n")
    with pytest.raises(ValidationFailed):
        site.adopt("asking", grants={"network": ["https://example.org/"]})
    assert site.schema.tables == {}


def test_adopting_is_one_change_that_one_takes_back(site: Site):
    site.adopt("production")
    undo(caller=site.owner, project_id=site.project.id)
    assert site.schema.tables == {}
    assert _names(site, MODULE) == []


def test_what_is_not_there_is_not_found(site: Site):
    with pytest.raises(NotFound):
        site.adopt("nothing")
    with pytest.raises(NotFound):
        site.leave("production")


def test_nobody_adopts_in_an_archived_project(site: Site):
    archive_project(caller=site.owner, project_id=site.project.id)
    with pytest.raises(ProjectFrozen):
        site.adopt("production")
