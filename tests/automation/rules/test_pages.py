"""The page of a rule: the builder, what it would do, and saving."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from stages.automation.pages.rule_form import form_of_post, form_of_rule
from stages.automation.pages.rule_operators import operators_of
from stages.automation.reading.rules import rules_of
from stages.automation.rules.parsing import read_rule
from stages.registers.reading.reader import Reader
from stages.registers.schema import Column
from tests.automation.rules.stage import CALLED, Stage

pytestmark = pytest.mark.django_db

POSTED = {
    "name": "called cues",
    "scope": "cues",
    "when.0.kind": "column",
    "when.0.column": "called",
    "when.0.operator": "is",
    "when.0.value": "yes",
    "add_to": "sm_cues",
    "fill.0.column": "department",
    "fill.0.value": "lighting",
    "is_on": "on",
}


def client_of(caller: Any) -> Client:
    client = Client()
    client.force_login(caller.user)
    return client


def posted_of(form: Any) -> dict[str, str]:
    """What the page's form sends of a builder."""
    found = {"scope": form.scope, "add_to": form.add_to, "when_lost": form.when_lost}

    def take(nodes: Any) -> None:
        for node in nodes:
            for name in ("kind", "column", "operator", "value", "relation", "at_least"):
                found[f"{node.path}.{name}"] = getattr(node, name)
            take(node.children)

    take(form.nodes)
    for at, each in enumerate(form.fillings):
        found |= {f"fill.{at}.column": each.column, f"fill.{at}.value": each.value, f"fill.{at}.source": each.source}
        found[f"fill.{at}.always"] = "always" if each.always else ""
    return found


DEEP: dict[str, Any] = {
    "scope": "cues",
    "when": [
        {"any": [{"column": "title", "contains": "12"}, {"none": [{"column": "number", "more": 12}]}]},
        {
            "relation": "calls",
            "from": "people",
            "at_least": 2,
            "when": [{"column": "mail", "empty": False}, {"column": "name", "is": {"column": "title"}}],
        },
        {"column": "department", "in": ["lighting", "sound"]},
    ],
    "add_to": "sm_cues",
    "overwrite": {"note": {"column": "title"}},
    "fill": {"page": 3},
    "when_lost": "keep",
}


@pytest.mark.parametrize("definition", [CALLED, DEEP])
def test_a_rule_goes_through_the_builder_and_back(stage: Stage, definition: dict[str, Any]) -> None:
    schema = Reader(stage.project.id).schema
    form = form_of_rule(read_rule(definition), schema)
    assert form is not None
    back = form_of_post(posted_of(form))
    assert back.definition(schema) == {"when_lost": "propose", **definition} | (
        {"when": [*definition["when"][:2], {"column": "department", "in": ["lighting", "sound"]}]}
        if definition is DEEP
        else {}
    )
    assert back.is_complete


def test_what_the_builder_cannot_show_is_said(stage: Stage) -> None:
    compared = {**CALLED, "when": [{"column": "number", "in": [1, {"column": "number"}]}]}
    saved = stage.save("odd", compared)
    answer = client_of(stage.owner).get(f"/projects/{stage.project.id}/automation/rules/{saved.id}/")
    assert "does not show" in answer.content.decode()


def test_an_owner_builds_a_rule_and_saves_it(stage: Stage) -> None:
    stage.create({"called": True}, {}, facet="cues")
    here = f"/projects/{stage.project.id}/automation/rules/"
    client = client_of(stage.owner)
    assert "New rule" in client.get(here).content.decode()
    build = client.post(f"{here}build/", POSTED, headers={"HX-Request": "true"}).content.decode()
    assert "are also in <b>sm_cues</b>" in build
    assert "Q-1" in build
    added = client.post(f"{here}build/", {**POSTED, "act": "column/when"}).content.decode()
    assert 'name="when.1.kind"' in added
    assert "still missing" in added
    saved = client.post(f"{here}new/", POSTED)
    assert saved.status_code == 302
    (rule,) = rules_of(stage.project.id)
    assert (rule.name, rule.is_on, rule.value) == ("called cues", True, {**CALLED, "when_lost": "propose"})
    page = client.get(saved["Location"]).content.decode()
    assert "<b>cues</b> whose <b>called</b> is <b>Yes</b> are also in <b>sm_cues</b>, where" in page
    off = client.post(saved["Location"], {**POSTED, "is_on": "off"})
    assert off.status_code == 302
    assert not rules_of(stage.project.id)[0].is_on
    reader = client_of(stage.caller)
    assert reader.get(saved["Location"]).status_code == 200
    assert reader.post(saved["Location"], POSTED).status_code == 403
    assert reader.get(f"{here}{UUID(int=1)}/").status_code == 404


def test_what_is_wrong_is_said_and_nothing_is_lost(stage: Stage) -> None:
    here = f"/projects/{stage.project.id}/automation/rules/"
    client = client_of(stage.owner)
    for change in ({"when.0.value": "often"}, {"scope": ""}, {"scope": "nowhere"}, {"fill.0.value": ""}):
        answer = client.post(f"{here}new/", {**POSTED, **change})
        assert answer.status_code == 400
        assert "called cues" in answer.content.decode()
    own = {**POSTED, "add_to": "", "fill.0.column": "called", "fill.0.value": "yes"}
    answer = client.post(f"{here}new/", own)
    assert answer.status_code == 409
    assert "without end" in answer.content.decode()
    assert rules_of(stage.project.id) == []


def test_the_rail_counts_the_records_of_rules_once(stage: Stage) -> None:
    stage.create({"called": True}, {"called": True}, {}, facet="cues")
    on, off = stage.save("called cues", CALLED), stage.save("off", {**CALLED, "when": []}, is_on=False)
    client, here = client_of(stage.caller), f"/projects/{stage.project.id}/automation/rules/"
    shown = client.get(f"{here}{off.id}/").content.decode()
    assert f'hx-get="{here}counts/"' in shown
    counts = client.get(f"{here}counts/").content.decode()
    assert f'id="rule-count-{on.id}"' in counts
    assert "2 records match" in counts
    assert off.id not in counts
    again = client.get(f"{here}{off.id}/").content.decode()
    assert f'hx-get="{here}counts/"' not in again
    assert f'<small id="rule-count-{on.id}">2</small>' in again
    stage.create({"called": True}, facet="cues")
    assert f'hx-get="{here}counts/"' in client.get(f"{here}{off.id}/").content.decode()


@pytest.mark.parametrize("operator", ["is", "not", "less", "more", "contains"])
def test_the_builder_compares_with_another_column(stage: Stage, operator: str) -> None:
    definition = {**CALLED, "when": [{"column": "title", operator: {"column": "title"}}]}
    schema = Reader(stage.project.id).schema
    form = form_of_rule(read_rule(definition), schema)
    assert form is not None
    assert form.nodes[0].takes_column
    assert form_of_post(posted_of(form)).definition(schema)["when"] == definition["when"]


@pytest.mark.parametrize(("place", "left"), [("0", 0), ("1", 1), ("9" * 5_000, 1), ("", 1)])
def test_a_filling_is_removed_by_its_place_alone(place: str, left: int) -> None:
    assert len(form_of_post({**POSTED, "act": f"unfill/{place}"}).fillings) == left


@pytest.mark.parametrize(
    ("type_", "offered", "absent"),
    [
        ("date", {"is before", "is after the column"}, {"is less than", "contains"}),
        ("duration", {"is shorter than", "is longer than the column"}, {"is before", "contains"}),
        ("integer", {"is less than", "is more than the column"}, {"contains", "is before"}),
        ("text", {"comes before", "contains the text of the column"}, {"is less than"}),
        ("boolean", {"is", "is empty", "is the same as the column"}, {"is one of", "is less than", "contains"}),
        ("enum", {"is one of", "is not the same as the column"}, {"is less than", "contains"}),
    ],
)
def test_a_column_is_compared_in_the_words_of_its_type(type_: str, offered: set[str], absent: set[str]) -> None:
    labels = {each.label for each in operators_of(Column("within", type_))}
    assert offered <= labels
    assert not absent & labels
    assert "contains" in {each.value for each in operators_of(Column("within", type_), "contains")}
