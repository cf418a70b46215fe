"""The pages of modules."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from stages.automation.reading.adoption import plan_adoption
from stages.automation.reading.packages import find_module
from stages.automation.reading.rules import rules_of
from stages.automation.reading.suggestions import suggestions
from stages.registers.models import Mapping
from tests.automation.modules.world import Site, manifest, table

pytestmark = pytest.mark.django_db

ASKING = manifest("asking", table("answers", text="text"), '[capabilities]\nwrite = ["answers.*"]')

RULE_AND_SCRIPT = """
[rules.known]
scope = "people"
when = [{ column = "name", empty = false }]
add_to = "answers"

[scripts.ask]
title = "Ask"
"""


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
    for words in ("Adopt Production 1.0.0", "New table", "Is this the same?", "Adopt module", "1 rule on"):
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
    assert '<input type="checkbox" class="checkbox" name="grant" value="write:answers.*" >' in shown
    assert "Nothing granted of 1" in shown


def test_wishes_name_tables_by_their_titles_and_the_view_that_stays_off(site: Site, client: Client, owner_page: Any):
    shown = _text(owner_page("traceability/"))
    assert "<b>Propose changes of</b> all of Requirements <code>requirements.*</code>" in shown
    assert "Coverage</b> stays off until an owner switches this view on" in shown
    path = f"/projects/{site.project.id}/automation/modules/traceability/"
    wishes = [each.value for each in plan_adoption(site.project.id, find_module("traceability")).wishes]
    assert "Coverage</b> on" in _text(client.post(f"{path}plan/", {"version": "1.0.0", "grant": wishes}))
    client.post(path, {"version": "1.0.0", "grant": wishes})
    view = _text(client.get(f"/projects/{site.project.id}/automation/views/traceability/coverage/"))
    assert "Granted: Read <b>Requirements: every column</b>" in view
    adopted = client.get(path)
    assert [each.is_granted for each in adopted.context["wishes"]] == [True] * len(wishes)
    assert "<span>Granted</span>" in _text(adopted)


def test_activity_says_the_title_of_a_module(site: Site, client: Client, owner_page: Any):
    path = f"/projects/{site.project.id}/automation/modules/traceability/"
    answer = client.post(path, {"version": "1.0.0"}, follow=True)
    assert "Adopted Traceability 1.0.0." in _text(answer)
    client.post(f"{path}leave/", {"reason": "The trial is over"})
    shown = _text(client.get(f"/projects/{site.project.id}/activity/"))
    assert shown.count("Traceability 1.0.0") >= 2
    assert "traceability 1.0.0" not in shown


CALIBRATED = """
[relations.calibrates]
title = "calibrates"
inverse = "calibrated by"
source = "answers"
target = "answers"

[rules.known]
scope = "answers"
when = [{ relation = "calibrates", from = "answers" }]
fill = { text = "Calibrated" }
"""


def test_a_rule_reads_the_same_before_and_after_the_adoption(site: Site, client: Client, owner_page: Any):
    site.add(ASKING + CALIBRATED)
    words = "that are linked (<b>calibrated by</b>) with one of"
    assert words in _text(owner_page("asking/"))
    client.post(f"/projects/{site.project.id}/automation/modules/asking/", {"version": "1.0.0", "rule": ["known"]})
    assert words in _text(owner_page("asking/"))


def test_registers_without_tables_lead_to_modules(site: Site, client: Client):
    client.force_login(site.owner.user)
    shown = _text(client.get(f"/projects/{site.project.id}/registers/"))
    assert "Or adopt a module: it brings tables" in shown
    assert f'href="/projects/{site.project.id}/automation/modules/"' in shown


def test_the_address_of_the_tab_leads_to_its_first_page(site: Site, client: Client):
    client.force_login(site.owner.user)
    answer = client.get(f"/projects/{site.project.id}/automation/")
    assert answer.headers["Location"] == f"/projects/{site.project.id}/automation/modules/"


def test_the_panel_follows_what_is_ticked(site: Site, client: Client, owner_page: Any):
    site.add(manifest("people", table("people", name="text person.name")))
    site.add(ASKING + RULE_AND_SCRIPT, scripts__ask_lua="return 1\n")
    site.adopt("people")
    site.create("people", {"name": "Ada"}, {"name": "Bob"})
    path = f"/projects/{site.project.id}/automation/modules/asking/plan/"
    everything = {"version": "1.0.0", "grant": ["write:answers.*"], "rule": ["known"]}
    shown = _text(client.post(path, everything))
    for words in ("1 new table", "1 of 1 granted", "1 script on", "Ask", "1 rule on", "2 records proposed to join"):
        assert words in shown, words
    shown = _text(client.post(path, {"version": "1.0.0"}))
    for words in ("Nothing granted of 1", "1 script stays off", "1 rule stays off"):
        assert words in shown, words
    assert "answers" not in site.schema.tables


def test_the_panel_says_what_the_same_would_make(site: Site, client: Client):
    client.force_login(site.owner.user)
    site.add(manifest("people", table("people", name="text person.name")))
    site.add(manifest("staff", table("staff", name="text person.name")))
    site.adopt("people")
    site.adopt("staff")
    one, other = site.create("people", {"name": "Ada"}, {"name": "Bob"})
    for record in (one, other):
        site.attach("staff", record)
        site.set("staff", record, "name", "Ada")
    site.leave("staff")
    (pair,) = plan_adoption(site.project.id, find_module("staff")).suggestions.possible
    path = f"/projects/{site.project.id}/automation/modules/staff/plan/"
    shown = _text(client.post(path, {pair.form_name: "same"}))
    assert "1 column mapped" in shown
    assert "No column mapped</b> 1 left for later" in _text(client.post(path, {pair.form_name: "later"}))


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


def test_a_rule_that_is_not_ticked_is_adopted_and_off(site: Site, client: Client, owner_page: Any):
    path = f"/projects/{site.project.id}/automation/modules/production/"
    assert client.post(path, {"version": "1.0.0"}).status_code == 302
    (rule,) = rules_of(site.project.id)
    assert (rule.name, rule.is_on) == ("production/called", False)
    assert client.post(path, {"version": "1.0.0", "rule": ["nothing"]}).status_code == 400


def test_a_version_shows_what_is_different_in_it(site: Site, owner_page: Any):
    first = ASKING + RULE_AND_SCRIPT.replace('scope = "people"', 'scope = "answers"').replace("name", "text")
    first = first.replace('add_to = "answers"', 'overwrite = {more = "?"}').replace("empty = false", 'is = "yes"')
    first = first.replace("[tables.answers]", '[tables.answers]\ncolumns.more = {type = "text"}')
    site.add(first + '[views.all]\nkind = "grid"\ntable = "answers"\n', scripts__ask_lua="return 1\n")
    second = first.replace('version = "1.0.0"', 'version = "1.1"').replace('more = "?"', 'more = "!"')
    second = second.replace("[tables.answers]", '[tables.answers]\ncolumns.on = {type = "date"}')
    site.add(second, scripts__ask_lua="return 2\n", scripts__lib__words_lua="return {}\n")
    site.adopt("asking", version="1.0.0", grants={"write": ["answers.*"]})
    shown = _text(owner_page("asking/?version=1.1"))
    for words in (
        "Update asking to 1.1",
        "What is different from 1.0.0",
        "scripts/ask.lua",
        "scripts/lib/words.lua",
        "Exists here, 1 new column",
        "View goes",
        "Another text: off unless you grant all that it asks for",
        "Adopt this version",
    ):
        assert words in shown, words
    assert "Version 1.1 is at this site" in _text(owner_page("asking/"))
    files = _text(owner_page("asking/files/?version=1.1"))
    assert "scripts/lib/words.lua" in files
    assert "return 2" in files


def test_rules_that_would_set_each_other_off_are_refused_with_their_path(site: Site, client: Client, owner_page: Any):
    cycle = RULE_AND_SCRIPT.replace('scope = "people"', 'scope = "answers"').replace("name", "text")
    site.add(ASKING + cycle.replace('add_to = "answers"', 'overwrite = {text = "?"}'), scripts__ask_lua="return 1\n")
    path = f"/projects/{site.project.id}/automation/modules/asking/"
    answer = client.post(path, {"version": "1.0.0", "rule": ["known"]})
    assert answer.status_code == 409
    shown = _text(answer)
    assert shown.count(">asking/known</b>") >= 2
    assert 'value="known" checked' in shown
    assert site.schema.tables == {}
