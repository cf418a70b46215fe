"""A script is saved from the text that its writer saw, has a history, is asked for and is deleted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from notifications.models import Notification
from stages.automation.executing.working import run_execution
from stages.automation.models import Execution, Switch
from stages.automation.reading.script_texts import last_save, text_with_hash, texts_of
from stages.automation.services import script_acts
from stages.automation.services.scripts import change_script, find_script
from tests.automation.executing.conftest import ScriptDesk
from tests.rest.client import Api, members

pytestmark = pytest.mark.django_db


def test_a_save_from_another_text_is_refused_and_nothing_is_written(desk: ScriptDesk, editor: User) -> None:
    first = desk.save("print(1)")
    api, here = Api(editor), f"projects/{desk.project.id}/scripts/{first.script_id}/"
    second = members(api.request("PUT", here, {"source": "print(2)", "base_sha256": first.sha256}))
    stale = api.request("PUT", here, {"source": "print(3)", "base_sha256": first.sha256})
    assert (stale.status_code, members(stale)["code"], members(stale)["sha256"]) == (409, "conflict", second["sha256"])
    assert members(api.get(here))["source"] == "print(2)"
    taken = api.post(
        f"projects/{desk.project.id}/scripts/", {"name": "people", "source": "print(4)", "base_sha256": ""}
    )
    assert (taken.status_code, members(taken)["script_id"]) == (409, first.script_id)


def test_what_is_not_given_stays(desk: ScriptDesk) -> None:
    settings = {"args": [{"name": "since"}]}
    first = desk.save("print(1)", title="Say one", settings=settings)
    given: dict[str, Any] = {"caller": desk.caller, "project_id": desk.project.id, "script_id": first.script_id}
    change_script(**given, title="Say it")
    found = find_script(desk.project.id, first.script_id)
    assert (found.title, found.source, found.settings.args[0].name) == ("Say it", "print(1)", "since")
    change_script(**given, source="print(2)")
    found = find_script(desk.project.id, first.script_id)
    assert (found.title, found.source, len(found.settings.args)) == ("Say it", "print(2)", 1)


def test_each_text_is_kept_with_who_saved_it(desk: ScriptDesk, owner: User, editor: User) -> None:
    first = desk.save("print(1)")
    second = desk.save("print(2)", title="Two")
    desk.save("print(2)", title="The second")
    texts = texts_of(desk.project.id, find_script(desk.project.id, first.script_id))
    assert [(each.script.source, each.script.title, each.is_of_text) for each in texts] == [
        ("print(2)", "The second", False),
        ("print(2)", "Two", True),
        ("print(1)", "", True),
    ]
    assert {each.actor.user for each in texts} == {editor}
    assert [each.at for each in texts] == sorted((each.at for each in texts), reverse=True)
    assert text_with_hash(texts, first.sha256) == texts[2]
    assert text_with_hash(texts, second.sha256) == texts[0]
    newest = last_save(desk.project.id, first.script_id)
    assert newest is not None
    assert (newest.at, newest.actor.user) == (texts[1].at, editor)


def test_editors_ask_owners_who_then_have_an_inbox_line_until_they_switch_it_on(
    desk: ScriptDesk, owner: User, editor: User
) -> None:
    saved = desk.save("print(1)")
    api, here = Api(editor), f"projects/{desk.project.id}/scripts/{saved.script_id}/"
    assert members(api.post(f"{here}ask/", {"sha256": "0" * 64}))["code"] == "conflict"
    asked = members(api.post(f"{here}ask/", {"sha256": saved.sha256, "message": "For the import"}))
    assert asked == {"asked": [owner.display_name]}
    line = Notification.objects.get(recipient=owner, kind="script.asked")
    assert (line.facts["name"], line.facts["message"], line.read_at) == ("people", "For the import", None)
    desk.switch(saved)
    line.refresh_from_db()
    assert line.read_at is not None
    assert members(api.post(f"{here}ask/", {"sha256": saved.sha256}))["code"] == "conflict"


def test_owners_are_asked_for_one_text_once_in_an_hour_and_by_one_person_for_few(
    desk: ScriptDesk, owner: User, editor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = desk.save("print(1)")
    api, here = Api(editor), f"projects/{desk.project.id}/scripts/{saved.script_id}/ask/"
    assert api.post(here, {"sha256": saved.sha256}).status_code == 200
    again = api.post(here, {"sha256": saved.sha256, "message": "Please"})
    assert (again.status_code, members(again)["code"]) == (429, "rate_limited")
    assert Notification.objects.filter(recipient=owner, kind="script.asked").count() == 1
    monkeypatch.setattr(script_acts, "MAX_ASKED", 1)
    newer = desk.save("print(2)")
    assert api.post(here, {"sha256": newer.sha256}).status_code == 429
    monkeypatch.setattr(script_acts, "ASKED_AGAIN", timedelta(0))
    assert api.post(here, {"sha256": newer.sha256}).status_code == 200


def test_a_deleted_script_is_off_and_its_executions_stay(desk: ScriptDesk, editor: User) -> None:
    saved = desk.save("print(1)")
    desk.switch(saved)
    run_execution(desk.start(saved).id)
    api, here = Api(editor), f"projects/{desk.project.id}/scripts/{saved.script_id}/"
    assert api.request("DELETE", here, {"reason": " "}).status_code == 400
    assert api.request("DELETE", here, {"reason": "Not needed"}).status_code == 204
    assert api.get(here).status_code == 404
    execution = Execution.objects.get()
    assert members(api.get(f"executions/{execution.id}/"))["script"] == "people"
    again = desk.save("print(1)")
    assert (again.script_id, Switch.objects.get().is_on) == (saved.script_id, False)


def test_a_text_is_checked_without_being_saved(desk: ScriptDesk, editor: User) -> None:
    api, here = Api(editor), f"projects/{desk.project.id}/scripts/check/"
    assert members(api.post(here, {"source": "print(1)"})) == {"is_lua": True, "line": None, "problem": ""}
    found = members(api.post(here, {"source": "print(1)\nprint(\n"}))
    assert (found["is_lua"], found["line"]) == (False, 3)
    assert "unexpected symbol" in found["problem"]
    assert api.post(here, {"source": "x" * 70_000}).status_code in {400, 413}
    assert api.post(here, {"source": "\x00"}).status_code == 400
