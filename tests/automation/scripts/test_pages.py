"""The pages of scripts without a browser: writing, settings, switching on, running, deleting."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.html import strip_tags

from accounts.models import User
from projects.models import Project
from stages.automation.models import Execution, Switch
from stages.automation.services.script_checks import settings_hash
from stages.automation.services.scripts import find_script
from tests.automation.executing.conftest import ScriptDesk

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(client: Client, editor: User) -> Client:
    client.force_login(editor)
    return client


@pytest.fixture
def here(project: Project) -> str:
    return f"/projects/{project.id}/automation/scripts/"


def words_of(answer: Any) -> str:
    """What a page says, without its marks."""
    return unescape(strip_tags(answer.content.decode()))


def _post(client: Client, address: str, **fields: Any) -> Any:
    return client.post(address, fields)


def test_a_script_begins_with_a_text_that_can_run(desk: ScriptDesk, browser: Client, here: str) -> None:
    shown = browser.get(f"{here}new/")
    source = shown.context["source"]
    assert "core.records(" in source
    refused = _post(browser, f"{here}new/", name="", source=source, title="Kept")
    assert (refused.status_code, refused.context["title"], refused.context["source"]) == (400, "Kept", source)
    made = _post(browser, f"{here}new/", name="count", title="Count people", source=source)
    assert made.status_code == 302
    script = find_script(desk.project.id, made.url.rstrip("/").rpartition("/")[2])
    assert (script.label, script.source) == ("Count people", source)
    assert script.settings.capabilities.read
    twice = _post(browser, f"{here}new/", name="count", source="print(1)")
    assert twice.status_code == 409
    assert "already" in twice.content.decode()


def test_a_file_is_taken_as_its_text(desk: ScriptDesk, browser: Client, here: str) -> None:
    upload = SimpleUploadedFile("x.lua", b"\xef\xbb\xbfprint(1)\r\nprint(2)\r\n")
    made = _post(browser, f"{here}new/", name="x", source="ignored", file=upload)
    assert find_script(desk.project.id, made.url.rstrip("/").rpartition("/")[2]).source == "print(1)\nprint(2)\n"
    refused = _post(browser, f"{here}new/", name="y", file=SimpleUploadedFile("y.lua", b"\xff\xfe\x00"))
    assert refused.status_code == 400
    assert "UTF-8" in refused.content.decode()


def test_the_editor_saves_and_is_refused_with_what_is_there(desk: ScriptDesk, browser: Client, here: str) -> None:
    saved = desk.save("print(1)")
    address = f"{here}{saved.script_id}/save/"
    done = _post(browser, address, source="print(2)", base_sha256=saved.sha256).json()
    assert (done["source"], done["is_on"]) == ("print(2)", False)
    stale = _post(browser, address, source="print(3)", base_sha256=saved.sha256)
    assert (stale.status_code, stale.json()["sha256"], stale.json()["source"]) == (409, done["sha256"], "print(2)")
    wrong = _post(browser, address, source="print(", base_sha256=done["sha256"])
    assert (wrong.status_code, wrong.json()["detail"][:6]) == (400, "Line 1")
    checked = _post(browser, f"{here}check/", source="x =\ny = = 2").json()
    assert (checked["is_lua"], checked["line"]) == (False, 2)


def test_settings_that_somebody_changed_meanwhile_are_not_written_over(
    desk: ScriptDesk, browser: Client, here: str
) -> None:
    saved = desk.save("print(1)")
    address = f"{here}{saved.script_id}/settings/"
    base = settings_hash(find_script(desk.project.id, saved.script_id).settings)
    assert _post(browser, address, act="argument", name="first", base=base).status_code == 302
    late = _post(browser, address, act="argument", name="second", base=base)
    assert (late.status_code, "changed the settings meanwhile" in late.content.decode()) == (409, True)
    settings = find_script(desk.project.id, saved.script_id).settings
    assert [each["name"] for each in settings.to_json()["args"]] == ["first"]
    # The answer is about what is there now, and has what was typed.
    assert late.context["settings_base"] == settings_hash(settings)
    again = _post(browser, address, act="argument", name="second", base=late.context["settings_base"])
    assert again.status_code == 302


def test_settings_change_one_by_one(desk: ScriptDesk, browser: Client, here: str) -> None:
    saved = desk.save("print(1)")
    address = f"{here}{saved.script_id}/settings/"

    def settings() -> dict[str, Any]:
        return find_script(desk.project.id, saved.script_id).settings.to_json()

    options = {"options": "one\ntwo\n", "title": "Which?", "type": "text", "required": "on"}
    _post(browser, address, act="argument", name="which", **options)
    _post(browser, address, act="argument", name="which", before="which", type="lines")
    assert settings()["args"] == [{"name": "which", "type": "lines", "title": "", "required": False}]
    refused = _post(browser, address, act="argument", name="not a name")
    assert (refused.status_code, refused.context["typed"]["name"]) == (400, "not a name")
    _post(browser, address, act="trigger", value="contacts.email")
    unknown = _post(browser, address, act="trigger", value="nowhere.email")
    assert unknown.status_code == 400
    _post(browser, address, act="wish", kind="write", value="contacts.email")
    for kind, value in (("write", "contacts.nothing"), ("network", "http://x"), ("files", "../etc"), ("all", "x")):
        assert _post(browser, address, act="wish", kind=kind, value=value).status_code == 400, (kind, value)
    found = settings()
    assert (found["on_change"], found["capabilities"]["write"]) == (["contacts.email"], ["contacts.email"])
    _post(browser, address, act="remove_trigger", value="contacts.email")
    _post(browser, address, act="remove_wish", kind="write", value="contacts.email")
    _post(browser, address, act="remove_argument", value="which")
    assert settings() == {
        "args": [],
        "on_change": [],
        "capabilities": {"read": [], "write": [], "network": [], "files": []},
    }


def test_an_owner_switches_on_what_was_read_and_ticked(
    desk: ScriptDesk, client: Client, owner: User, here: str
) -> None:
    wishes = {"capabilities": {"read": ["contacts.*"], "write": ["contacts.email", "cast.*"]}}
    saved = desk.save("print(1)", settings=wishes)
    client.force_login(owner)
    address = f"{here}{saved.script_id}/switch/"
    page = client.get(address).content.decode()
    assert page.count('name="grant"') == 3
    assert "checked" not in page
    stale = _post(client, address, sha256="0" * 64, is_on="on", grant="read:contacts.*")
    assert (stale.status_code, Switch.objects.exists()) == (409, False)
    ticked = ["read:contacts.*", "write:contacts.email", "write:contacts.name"]
    assert _post(client, address, sha256=saved.sha256, is_on="on", grant=ticked).status_code == 302
    # Nothing is granted that the script does not ask for.
    assert Switch.objects.get().grants == {
        "read": ["contacts.*"],
        "write": ["contacts.email"],
        "network": [],
        "files": [],
    }
    desk.save("print(2)", settings=wishes)
    difference = words_of(client.get(address))
    assert "What has changed since the text that was on" in difference
    assert "print(1)" in difference
    script = client.get(f"{here}{saved.script_id}/").content.decode()
    assert "the text changed" in script
    assert "Ask again" in script


def test_running_asks_for_arguments_and_keeps_what_was_typed(
    desk: ScriptDesk, browser: Client, here: str, editor: User
) -> None:
    args = [
        {"name": "count", "type": "integer", "required": True},
        {"name": "rate", "type": "decimal"},
        {"name": "day", "type": "date"},
        {"name": "sure", "type": "boolean"},
        {"name": "table", "type": "file"},
        {"name": "which", "options": ["one", "two"]},
    ]
    saved = desk.save("print(1)", settings={"args": args})
    address = f"{here}{saved.script_id}/run/"
    off = _post(browser, address, **{"arg-count": "3"})
    assert (off.status_code, Execution.objects.count()) == (409, 0)
    desk.switch(saved)
    typed = {"arg-count": "three", "arg-rate": "1,5", "arg-day": "soon", "arg-which": "three"}
    upload = SimpleUploadedFile("people.csv", b"name\nAda\n")
    wrong = _post(browser, address, **typed, **{"arg-table-upload": upload})
    assert wrong.status_code == 400
    inputs = {each.argument.name: each for each in wrong.context["form"].inputs}
    assert [name for name, each in inputs.items() if each.problem] == ["count", "rate", "day"]
    assert (inputs["count"].typed, inputs["table"].typed) == ("three", "name\nAda\n")
    right = {"arg-count": "3", "arg-rate": "1.5", "arg-day": "2026-12-31", "arg-sure": "true", "arg-which": "two"}
    wrong_choice = _post(browser, address, **{**right, "arg-which": "three"})
    assert "args.which" not in wrong_choice.content.decode()
    assert {each.argument.name: bool(each.problem) for each in wrong_choice.context["form"].inputs}["which"]
    done = _post(browser, address, **right, **{"arg-table": "a,b"})
    assert done.status_code == 302
    execution = Execution.objects.get()
    assert execution.args == {
        "count": 3,
        "rate": 1.5,
        "day": "2026-12-31",
        "sure": True,
        "which": "two",
        "table": "a,b",
    }
    again = browser.get(address)
    assert [each.typed for each in again.context["form"].inputs][:2] == ["3", "1.5"]
    assert not any(each.typed for each in browser.get(f"{address}?empty=1").context["form"].inputs)


def test_earlier_texts_are_read_and_restored(desk: ScriptDesk, browser: Client, here: str) -> None:
    saved = desk.save("print(1)")
    desk.save("print(2)")
    listed = browser.get(f"{here}{saved.script_id}/texts/").context["texts"]
    assert [each.script.source for each in listed] == ["print(2)", "print(1)"]
    address = f"{here}{saved.script_id}/texts/{listed[1].id}/"
    assert "print(1)" in words_of(browser.get(address))
    assert "print(2)" in words_of(browser.get(f"{address}?with=now"))
    assert _post(browser, address, base_sha256=saved.sha256).status_code == 409
    assert _post(browser, address, base_sha256=listed[0].sha256).status_code == 302
    assert find_script(desk.project.id, saved.script_id).source == "print(1)"


def test_scripts_of_modules_are_read_and_copied(desk: ScriptDesk, browser: Client, here: str, owner: User) -> None:
    from stages.automation.reading.scripts import scripts_of
    from stages.automation.services.modules import adopt_module

    adopt_module(caller=desk.owner, project_id=desk.project.id, name="production")
    script = next(each.script for each in scripts_of(desk.project.id) if each.script.module)
    page = browser.get(f"{here}{script.id}/").content.decode()
    assert "of the module production" in page
    assert "Copy to edit" in page
    copied = browser.get(f"{here}new/?copy={script.id}")
    assert copied.context["source"] == script.source
    given = {"copy": script.id, "name": "own", "title": "Own", "source": script.source}
    made = _post(browser, f"{here}new/", **given)
    own = find_script(desk.project.id, made.url.rstrip("/").rpartition("/")[2])
    assert (own.module, own.settings) == ("", script.settings)
    assert _post(browser, f"{here}{script.id}/delete/", reason="No").status_code == 409


def test_viewers_read_and_are_not_offered_anything(desk: ScriptDesk, client: Client, viewer: User, here: str) -> None:
    saved = desk.save("print(1)")
    client.force_login(viewer)
    page = client.get(f"{here}{saved.script_id}/").content.decode()
    assert "Editors and owners change scripts" in page
    for name in ('data-action="script-editor#run"', "Delete…", f"{saved.script_id}/ask/", "script-trigger"):
        assert name not in page, name
