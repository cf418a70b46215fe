"""Taking a field, saving it, reading it back: the whole loop of an IDE that has REST only."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from projects.models import Project
from tests.rest.client import members, problem
from tests.rest.writer import Writer

pytestmark = pytest.mark.django_db


@pytest.fixture
def writer(editor: User, project: Project) -> Writer:
    return Writer(editor, project)


def test_a_save_is_a_version_that_reads_back_alike(writer: Writer, editor: User) -> None:
    changes = {
        "prompt_text": "Be kind.\r\n",
        "model_configuration": {"temperature": 0.7, "b": 1, "a": [1e2]},
        "files/notes/a b.md": {"content": "# Ünï\n"},
    }
    answer = writer.save(changes, message="First")
    assert answer.status_code == 201
    made = members(answer)
    assert made.pop("line_ends_changed") == ["prompt_text"]
    assert made.keys() == {
        "id",
        "version_number",
        "prompt_text",
        "model_configuration",
        "model_configuration_text",
        "files",
        "author",
        "created_at",
        "message",
        "kind",
        "source_version",
        "changed_fields",
        "content_hash",
    }
    assert (made["version_number"], made["author"], made["message"]) == (1, editor.person(), "First")
    assert made["prompt_text"] == "Be kind.\n"
    assert made["files"]["notes/a b.md"]["language"] == "markdown"
    read = writer.read("drafts/1/")
    assert members(read) == made
    assert read["ETag"] == f'"1-{made["content_hash"]}"'
    assert writer.read("drafts/current/", If_None_Match=read["ETag"]).status_code == 304
    file = writer.read("drafts/1/files/notes/a%20b.md")
    assert members(file)["content"] == "# Ünï\n"
    assert writer.read("drafts/1/files/notes/a%20b.md", If_None_Match=file["ETag"]).status_code == 304


@pytest.mark.parametrize("configuration", ['{"t": 1.0, "b": 1E2, "a": 0.10}', '{"z":1,"a":{"y":-0.0,"x":1e-7}}'])
@pytest.mark.parametrize("as_text", [False, True])
def test_numbers_and_keys_keep_their_spelling(writer: Writer, configuration: str, as_text: bool) -> None:
    token = writer.take("model_configuration")
    value = f'"{configuration.replace(chr(34), chr(92) + chr(34))}"' if as_text else configuration
    body = (
        f'{{"base_version": 0, "session_id": "{writer.session}", "tokens": {{"model_configuration": {token}}},'
        f' "changes": {{"model_configuration": {value}}}}}'
    )
    answer = writer.request("POST", writer.base + "drafts/", body)
    assert answer.status_code == 201, answer.content
    raw = writer.read("drafts/1/").content.decode().split('"prompt_text":')[1]
    for number in ("1.0", "1E2", "0.10") if "1E2" in configuration else ("-0.0", "1e-7"):
        assert raw.count(number) == 2, "once in the object, once in its text"
    if as_text:
        assert members(writer.read("drafts/1/"))["model_configuration_text"] == configuration


def test_two_versions_are_compared(writer: Writer) -> None:
    writer.save({"prompt_text": "one\ntwo\n", "model_configuration": {"temperature": 0.7}})
    writer.save({"prompt_text": "one\n2\n", "model_configuration": {"temperature": 0.2}}, base=1)
    told = members(writer.read("compare/?base=1&target=2"))
    assert [(each["field"], each["kind"]) for each in told["fields"]] == [
        ("prompt_text", "text"),
        ("model_configuration", "json"),
    ]
    assert told["summary"]
    assert told["fields"][1]["changes"] == [{"op": "changed", "path": ["temperature"], "old": 0.7, "new": 0.2}]
    one = members(writer.read("compare/?base=1&target=2&field=prompt_text"))["fields"]
    assert [line["text"] for line in one[0]["hunks"][0]["lines"]] == ["one", "two", "2"]
    assert members(writer.read("compare/?base=2&target=2"))["fields"] == []
    assert len(members(writer.read("compare/?base=0&target=1"))["fields"]) == 2
    for query, code in (
        ("base=1", "validation_failed"),
        ("base=x&target=2", "validation_failed"),
        ("base=1&target=0", "validation_failed"),
        ("base=1&target=3", "not_found"),
        ("base=1&target=2&field=x", "validation_failed"),
        ("base=1&target=2&field=files/a.md", "not_found"),
    ):
        assert problem(writer.read(f"compare/?{query}"))[1] == code


def test_history_lists_versions_without_texts(writer: Writer) -> None:
    for number in range(3):
        assert writer.save({"prompt_text": f"secret {number}"}, base=number).status_code == 201
    answer = writer.read("drafts/?limit=2")
    page = members(answer)
    assert [each["version_number"] for each in page["results"]] == [3, 2]
    assert "secret" not in answer.content.decode()
    assert [each["version_number"] for each in members(writer.get(page["next"][17:]))["results"]] == [1]


@pytest.mark.parametrize(
    "path", ["drafts/current/", "drafts/1/", "drafts/999999999/", "drafts/1/files/a.md", "drafts/0/", "drafts/-1/"]
)
def test_what_is_not_there_is_not_found(writer: Writer, path: str) -> None:
    assert problem(writer.read(path)) == (404, "not_found")


def test_a_repeat_gets_the_first_answer(writer: Writer) -> None:
    key = str(uuid4())
    token = writer.take("prompt_text")
    body = {"base_version": 0, "changes": {"prompt_text": "a"}, "tokens": {"prompt_text": token}}
    first = writer.do("drafts/", body, Idempotency_Key=key)
    again = writer.do("drafts/", {**body, "client_ref": key})
    assert (first.status_code, again.status_code) == (201, 200)
    assert members(first) == members(again)
    other = {**body, "changes": {"prompt_text": "b"}, "client_ref": key}
    assert problem(writer.do("drafts/", other)) == (409, "client_ref_reused")
    mixed = writer.do("drafts/", {**body, "client_ref": key}, Idempotency_Key=str(uuid4()))
    assert problem(mixed) == (400, "validation_failed")


def test_a_save_needs_its_locks(writer: Writer, owner: User, project: Project) -> None:
    body = {"base_version": 0, "changes": {"prompt_text": "mine"}}
    assert problem(writer.do("drafts/", body)) == (409, "lock_not_held")
    token = Writer(owner, project).take("prompt_text")
    assert problem(writer.do("drafts/", {**body, "tokens": {"prompt_text": token}})) == (409, "lock_not_held")


def test_a_late_save_keeps_its_text(writer: Writer) -> None:
    token = writer.take("prompt_text")
    assert members(writer.do("locks/release/", {"field": "prompt_text", "token": token})) == {}
    body = {"base_version": 0, "changes": {"prompt_text": "kept"}, "tokens": {"prompt_text": token}}
    answer = writer.do("drafts/", body)
    assert problem(answer) == (409, "stale_token")
    kept = members(answer)["working_copy"]
    (listed,) = members(writer.read("working-copies/"))["results"]
    assert (listed["id"], listed["field"], listed["lease_open"]) == (kept, "prompt_text", False)
    assert members(writer.read(f"working-copies/{kept}/"))["content"] == "kept"
    assert writer.delete(f"{writer.base}working-copies/{kept}/").status_code == 204
    assert problem(writer.read(f"working-copies/{kept}/")) == (404, "not_found")


def test_kept_texts_are_their_writers_only(writer: Writer, owner: User, project: Project) -> None:
    token = writer.take("prompt_text")
    writer.do("locks/release/", {"field": "prompt_text"})
    body = {"base_version": 0, "changes": {"prompt_text": "kept"}, "tokens": {"prompt_text": token}}
    kept = members(writer.do("drafts/", body))["working_copy"]
    other = Writer(owner, project)
    assert members(other.read("working-copies/"))["results"] == []
    assert problem(other.read(f"working-copies/{kept}/")) == (404, "not_found")
    assert problem(other.delete(f"{other.base}working-copies/{kept}/")) == (404, "not_found")


def test_a_save_from_an_old_version_shows_the_three_texts(writer: Writer) -> None:
    writer.save({"prompt_text": "one"})
    writer.save({"prompt_text": "two"}, base=1)
    answer = writer.save({"prompt_text": "three"}, base=1)
    assert problem(answer) == (409, "stale_base")
    assert members(answer)["fields"] == {"prompt_text": {"base": "one", "theirs": "two", "yours": "three"}}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"base_version": "0"}, "base_version"),
        ({"base_version": -1}, "base_version"),
        ({"base_version": 1}, "base_version"),
        ({"base_version": 1.5}, "base_version"),
        ({"base_version": None}, "base_version"),
        ({"session_id": "x"}, "session_id"),
        ({"changes": []}, "changes"),
        ({"changes": {}}, "changes"),
        ({"changes": {"nothing": "x"}}, "changes"),
        ({"changes": {"prompt_text": 7}}, "prompt_text"),
        ({"changes": {"prompt_text": None}}, "prompt_text"),
        ({"changes": {"model_configuration": "[]"}}, "model_configuration"),
        ({"changes": {"model_configuration": '{"a": NaN}'}}, "model_configuration"),
        ({"changes": {"files/../x": {"content": ""}}}, "changes"),
        ({"changes": {"files/a.md": {}}}, "files/a.md"),
        ({"changes": {"files/a.md": {"content": "", "language": 7}}}, "files/a.md"),
        ({"tokens": {"prompt_text": "1"}}, "tokens.prompt_text"),
        ({"tokens": []}, "tokens"),
        ({"revisions": {"prompt_text": -1}}, "revisions.prompt_text"),
        ({"message": "x" * 1001}, "message"),
        ({"release_locks": 1}, "release_locks"),
        ({"client_ref": "1"}, "client_ref"),
    ],
)
def test_a_save_of_the_wrong_shape_names_the_field(writer: Writer, change: dict[str, Any], field: str) -> None:
    body = {"base_version": 0, "changes": {"prompt_text": "x"}, "tokens": {"prompt_text": 1}, **change}
    answer = writer.do("drafts/", body)
    assert problem(answer) == (400, "validation_failed")
    assert list(members(answer)["errors"]) == [field]
    assert members(writer.read("drafts/"))["results"] == []


def test_a_text_has_a_limit(writer: Writer) -> None:
    answer = writer.save({"prompt_text": "x" * (1024 * 1024 + 1)})
    assert problem(answer) == (413, "payload_too_large")


def test_going_back_and_forth_makes_new_versions(writer: Writer) -> None:
    writer.save({"prompt_text": "one"})
    writer.save({"prompt_text": "two"}, base=1, release_locks=True)
    for path, text in (("drafts/1/revert/", "one"), ("undo/", "two"), ("redo/", "one")):
        answer = writer.post(writer.base + path, {"reason": "Better"})
        assert answer.status_code == 201, answer.content
        assert members(answer)["prompt_text"] == text
    assert problem(writer.post(f"{writer.base}drafts/1/revert/", {})) == (400, "validation_failed")
    assert problem(writer.post(f"{writer.base}drafts/99/revert/", {"reason": "x"})) == (404, "not_found")
    assert problem(writer.post(f"{writer.base}redo/", {})) == (409, "conflict")
