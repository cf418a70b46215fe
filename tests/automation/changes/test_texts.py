"""Texts of the project, and texts of records in which several write."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from drafts.models import Draft
from proposals.services import accept_proposal, create_proposal
from stages.automation.changes.values import MAX_KEPT
from stages.registers import verbs
from stages.registers.fold.effects import Field
from tests.automation.changes.conftest import ChangeDesk

pytestmark = pytest.mark.django_db


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def change_texts(desk: ChangeDesk, changes: dict[str, Any]) -> None:
    version = Draft.objects.of_project(desk.project.id).values_list("version_number", flat=True).first() or 0
    proposal = create_proposal(
        caller=desk.caller, project_id=desk.project.id, title="Texts", changes=changes, base_version=version
    )
    accept_proposal(caller=desk.caller, proposal_id=proposal.id, round=1)


def type_text(desk: ChangeDesk, record: str, text: str) -> None:
    field = Field(record, "contacts", "notes")
    desk.write(lambda acts, schema: verbs.type_text(acts, schema, field, text))


def test_texts_are_given_by_their_hashes_and_read_by_the_script(desk: ChangeDesk) -> None:
    source = "for _, each in ipairs(context.changes) do print(each.field, core.get_text(each.field)) end"
    saved = desk.watch("field:files/*", source=source)
    change_texts(desk, {"files/a.md": {"content": "one"}, "prompt_text": "Be kind."})
    assert desk.due(saved) == {"field:files/a.md": None}
    change_texts(desk, {"files/a.md": {"content": "two"}})
    execution = desk.follow(saved)
    assert execution.changes == [{"field": "files/a.md", "old": None, "new": digest("two")}]
    change_texts(desk, {"files/a.md": None})
    assert desk.follow(saved).changes == [{"field": "files/a.md", "old": digest("two"), "new": None}]


def test_a_script_that_writes_the_text_it_watches_is_not_set_off_by_it(desk: ChangeDesk) -> None:
    source = 'core.set_text("prompt_text", core.get_text("prompt_text") .. "!")'
    saved, other = desk.watch("field:prompt_text", source=source), desk.watch("field:prompt_text", name="other")
    change_texts(desk, {"prompt_text": "Be kind"})
    desk.follow(saved)
    desk.follow(other)
    desk.accept(desk.open_one())
    assert (desk.due(saved), desk.due(other)) == ({}, {"field:prompt_text": digest("Be kind")})
    assert desk.follow(other).generation == 1


def test_what_waits_of_texts_stays_in_the_open_proposal(desk: ChangeDesk) -> None:
    source = 'core.write_file("log.md", (core.get_text("files/log.md") or "") .. #context.changes .. ";")'
    grants = {"read": ["contacts", "field:*"], "files": ["write:*"]}
    saved = desk.watch("contacts.email", source=source, grants=grants)
    for value in ("a", "b"):
        desk.create({"email": value}, facet="contacts")
        desk.follow(saved)
    (change,) = desk.open_one().changes.all()
    assert (change.target, change.value) == ("files/log.md", "1;1;")
    desk.accept(desk.open_one())
    assert Draft.objects.of_project(desk.project.id).latest("version_number").fields["files/log.md"].sha256


def test_typing_for_a_minute_is_one_change(desk: ChangeDesk) -> None:
    saved = desk.watch("contacts.notes")
    (ada,) = desk.create({"name": "Ada"}, facet="contacts")
    text = ""
    for letter in "a whole minute":
        text += letter
        type_text(desk, ada, text)
    execution = desk.follow(saved)
    assert [(each["old"], each["new"]) for each in execution.changes] == [(None, text)]


def test_a_long_text_is_cut_and_still_compared_as_a_whole(desk: ChangeDesk) -> None:
    saved = desk.watch("contacts.notes", source="print(context.changes[1].cut, #context.changes[1].new)")
    (ada,) = desk.create({"name": "Ada"}, facet="contacts")
    long = "x" * (MAX_KEPT + 10)
    type_text(desk, ada, long + "a")
    execution = desk.follow(saved)
    assert (len(execution.changes[0]["new"]), execution.changes[0]["cut"]) == (MAX_KEPT, True)
    type_text(desk, ada, long + "b")
    type_text(desk, ada, long + "a")
    assert desk.look(saved) is None
    type_text(desk, ada, long + "c")
    assert desk.follow(saved).state == "succeeded"
