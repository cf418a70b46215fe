"""Adopting, changing and leaving modules; the numbered cases are in `tests/automation/cases`."""

from __future__ import annotations

from dataclasses import replace

import pytest
from uuid_utils.compat import uuid7

from kernel.errors import NotFound, ProjectFrozen, ValidationFailed
from projects.services import archive_project
from stages.automation.facets import MODULE, RULE, SCRIPT
from stages.automation.models import Switch
from stages.automation.reading.records import records_of
from stages.automation.reading.suggestions import suggestions
from stages.automation.services.modules import adopt_module
from stages.registers.reading.reader import Reader
from stages.registers.services import undo
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


def test_a_suggestion_says_in_how_many_records_the_columns_differ(site: Site):
    site.adopt("production")
    jane, john, joan = site.create("contacts", {"name": "Jane"}, {"name": "John"}, {"name": "Joan"})
    for record, name in ((jane, "Jane"), (john, "Johnny"), (joan, None)):
        site.attach("cast", record)
        if name:
            site.set("cast", record, "actor", name)
    (found,) = [each for each in suggestions(site.project.id).possible if each.key == "person.name"]
    assert (found.records, found.differ, found.fill) == (3, 1, 1)


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


def test_a_view_that_is_granted_all_it_asks_for_is_on(site: Site):
    view = '[views.own]\nkind = "foreign"\nread = ["notes.*"]'
    site.add(
        manifest("notes", table("notes", text="text"), '[capabilities]\nread = ["notes.*"]', view),
        views__own_js="frame.ready();\n",
    )
    site.adopt("notes")
    assert not Switch.objects.filter(kind="view").exists()
    site.leave("notes")
    site.adopt("notes", grants={"read": ["notes.*"]})
    switch = Switch.objects.get(project=site.project, kind="view")
    assert (switch.is_on, switch.grants) == (True, {"read": ["notes.*"]})


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
