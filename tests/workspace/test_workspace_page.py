from __future__ import annotations

import json
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.callers import Caller
from accounts.models import User
from drafts.content import read_changes
from locking.models import WorkingCopy
from locking.working_copies import put_working_copy
from projects.models import Project
from projects.services import archive_project
from tests.workspace.conftest import PROMPT, Browser
from tests.workspace.html import Page, elements, words
from tests.writers import Writer
from workspace import languages

pytestmark = pytest.mark.django_db


def address(name: str, project: Project, *more: object) -> str:
    return reverse(f"workspace:{name}", args=[project.id, *more])


def states(response: Page) -> dict[str, str]:
    rows = elements(response, "a", data_fields_target="row")
    lines = elements(response, "span", data_part="lock")
    return {row.attributes["data-field"]: line.attributes["data-state"] for row, line in zip(rows, lines, strict=True)}


def page_data(response: Page) -> dict[str, object]:
    (script,) = elements(response, "script", id="workspace-data")
    found: dict[str, object] = json.loads(script.text)
    return found


def test_it_shows_the_text_of_the_prompt_as_it_was_typed(browser: Browser, two_versions: Project, viewer: User) -> None:
    response = browser(viewer).get(address("workspace", two_versions))
    (source,) = elements(response, "textarea", data_sheet_target="source")
    # HTML drops the first line end of a textarea.
    assert source.text == "\n" + PROMPT.replace("protocol", "trial")


def test_it_opens_the_field_that_the_address_names(browser: Browser, two_versions: Project, editor: User) -> None:
    client = browser(editor)
    response = client.get(address("workspace", two_versions), {"field": "files/topology.yaml"})
    assert words(elements(response, "h1")[0]) == "topology.yaml"
    assert page_data(response)["missing"] is None


def test_it_says_that_there_is_no_such_field(browser: Browser, two_versions: Project, writer: Writer) -> None:
    client = browser(writer.caller.user)
    url = address("workspace", two_versions)
    for name in ("files/none", "files/../x", "none", "n" * 500):
        response = client.get(url, {"field": name})
        assert words(elements(response, "h1")[0]) == "Prompt"
        expected = {"name": name.removeprefix("files/")[:200], "version": 0, "href": ""}
        assert page_data(response)["missing"] == expected
    lock = writer.take("files/topology.yaml")
    writer.save({"files/topology.yaml": None}, lock, base=2)
    writer.give_back("files/topology.yaml")
    missing = page_data(client.get(url, {"field": "files/topology.yaml"}))["missing"]
    before = address("version", two_versions, 2) + "?field=files%2Ftopology.yaml"
    assert missing == {"name": "topology.yaml", "version": 3, "href": before}


def test_a_file_that_its_writer_left_unsaved_is_there_for_its_writer(
    browser: Browser, two_versions: Project, writer: Writer, owner: User
) -> None:
    lock = writer.take("files/new.md")
    put_working_copy(
        caller=writer.caller,
        project_id=two_versions.id,
        session_id=writer.session,
        field="files/new.md",
        token=lock.token,
        revision=1,
        content="half a sentence",
    )
    writer.give_back("files/new.md")
    asked = {"field": "files/new.md"}
    response = browser(writer.caller.user).get(address("workspace", two_versions), asked)
    assert words(elements(response, "h1")[0]) == "new.md"
    assert page_data(response)["missing"] is None
    assert "files/new.md" not in states(browser(owner).get(address("workspace", two_versions), asked))


def test_it_lists_fields_with_their_locks(browser: Browser, two_versions: Project, writer: Writer, owner: User) -> None:
    writer.take("files/new.md")
    response = browser(owner).get(address("workspace", two_versions))
    assert states(response) == {
        "prompt_text": "free",
        "model_configuration": "free",
        "files/new.md": "theirs",
        "files/topology.yaml": "free",
    }


def test_it_is_read_only_for_viewers_and_outside_open_projects(
    browser: Browser, two_versions: Project, viewer: User, editor: User, owner: User, caller_for: Callable[..., Caller]
) -> None:
    response = browser(viewer).get(address("workspace", two_versions))
    assert set(states(response).values()) == {"reading"}
    assert not elements(response, "button", data_save_target="button")
    archive_project(caller=caller_for(owner), project_id=two_versions.id)
    assert set(states(browser(editor).get(address("workspace", two_versions))).values()) == {"archived"}


def test_it_tells_the_script_from_where_to_follow(browser: Browser, two_versions: Project, editor: User) -> None:
    from audit.models import Event, project_chain

    data = page_data(browser(editor).get(address("workspace", two_versions)))
    assert data["seq"] == Event.objects.newest_seq(project_chain(two_versions.id))
    assert data["version"] == 2
    assert data["me"] == editor.person()
    assert data["may"] == {"write": True, "take_over": False, "propose": True}


@pytest.mark.parametrize(
    "name", ["workspace", "fields", "text", "kept", "history", "history_panel", "compare", "members"]
)
def test_a_private_project_does_not_exist_for_others(
    browser: Browser, two_versions: Project, outsider: User, name: str
) -> None:
    assert (
        browser(outsider).get(address(name, two_versions), {"version": "1", "field": "prompt_text"}).status_code == 404
    )
    unknown = reverse(f"workspace:{name}", args=[uuid4()])
    assert browser(outsider).get(unknown, {"version": "1", "field": "prompt_text"}).status_code == 404


def test_a_part_of_a_page_sends_the_whole_page_to_the_sign_in(client: Client, two_versions: Project) -> None:
    page = address("workspace", two_versions)
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{page}"}
    response = client.get(address("history_panel", two_versions), headers=headers)
    assert response["HX-Redirect"].startswith(reverse("account_login"))
    assert page.replace("/", "%2F") in response["HX-Redirect"] or page in response["HX-Redirect"]


def test_it_gives_a_fields_text_in_any_version(browser: Browser, two_versions: Project, viewer: User) -> None:
    client = browser(viewer)
    url = address("text", two_versions)
    first = client.get(url, {"field": "prompt_text", "version": "1"})
    assert first.content.decode() == PROMPT
    assert first["Content-Type"] == "text/plain; charset=utf-8"
    assert client.get(url, {"field": "files/topology.yaml", "version": "1"}).content == b""
    assert client.get(url, {"field": "prompt_text", "version": "3"}).status_code == 404
    assert client.get(url, {"field": "prompt_text", "version": "١"}).status_code == 400
    assert client.get(url, {"field": "../secret", "version": "1"}).status_code == 400


def test_kept_texts_are_their_writers_own(browser: Browser, writer: Writer, editor: User, owner: User) -> None:
    lock = writer.take()
    put_working_copy(
        caller=writer.caller,
        project_id=writer.project.id,
        session_id=writer.session,
        field="prompt_text",
        token=lock.token,
        revision=3,
        content="half a sentence",
    )
    url = address("kept", writer.project)
    (kept,) = browser(editor).get(url).json()["kept"]
    assert (kept["content"], kept["revision"], kept["is_open"]) == ("half a sentence", 3, True)
    assert browser(owner).get(url).json() == {"kept": [], "take_overs": []}
    discard = address("discard", writer.project, kept["id"])
    assert browser(owner).post(discard).status_code == 404
    assert browser(editor).get(discard).status_code == 405
    assert browser(editor).post(discard).status_code == 204
    assert not WorkingCopy.objects.exists()


def test_a_kept_text_names_its_version_and_goes_once_a_version_has_it(
    browser: Browser, two_versions: Project, editor: User
) -> None:
    caller = Caller(user=editor, via="api", credential="test")
    for field, text in (("prompt_text", "not saved"), ("prompt_text", PROMPT), ("files/a.md", "in a file")):
        writer = Writer(caller, two_versions)
        lock = writer.take(field)
        put_working_copy(
            caller=caller,
            project_id=two_versions.id,
            session_id=writer.session,
            field=field,
            token=lock.token,
            revision=1,
            content=text,
        )
        writer.give_back(field)

    def offered() -> list[tuple[str, int]]:
        kept = browser(editor).get(address("kept", two_versions)).json()["kept"]
        return [(text["content"], text["version"]) for text in kept if not text["is_saved"]]

    # The prompt of the first version is no unsaved text.
    assert offered() == [("in a file", 2), ("not saved", 2)]
    writer = Writer(caller, two_versions)
    change = {"files/a.md": {"content": "in a file"}}
    writer.save(change, writer.take("files/a.md"), base=2, release_locks=True)
    assert offered() == [("not saved", 2)]


def test_new_files_get_a_row_before_they_are_saved(browser: Browser, two_versions: Project, editor: User) -> None:
    client = browser(editor)
    response = client.get(address("fields", two_versions), {"new": "files/a/b.md", "field": "files/a/b.md"})
    assert "files/a/b.md" in states(response)
    assert client.get(address("fields", two_versions), {"new": "files/../b"}).status_code == 400


@pytest.mark.parametrize("path", ["data.csv", "a/b.PY", "c.toml", "d.ndjson", "notes.txt", "Makefile", ".md"])
def test_the_page_gives_a_new_file_the_language_that_a_save_gives_it(path):
    saved = read_changes({f"files/{path}": {"content": ""}})[f"files/{path}"]

    assert languages.language(f"files/{path}") == saved.language
    assert saved.language is None or languages.language_name(saved.language) != saved.language
