"""`GET export/`: the bytes are a function of the content hash alone."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator

from accounts.callers import foundry_caller
from accounts.services import create_token
from drafts.exchange.payload import BATCH_BYTES
from drafts.models import Draft
from drafts.services import revert_draft
from foundry_site.server.http import HttpApplication
from kernel.canonical import canonical, canonical_hash
from tests.patience import PATIENCE
from tests.rest.client import Api, problem
from tests.writers import Writer

CONFIGURATION = '{\n  "temperature": 1e0,\n  "model": "m-1"\n}'


@pytest.fixture
def writer(project, editor, caller_for) -> Writer:
    return Writer(caller_for(editor), project)


@pytest.fixture
def address(project) -> str:
    return f"projects/{project.id}/export/"


def save(writer: Writer, changes: dict[str, Any]) -> Draft:
    locks = [writer.take(name) for name in changes]
    current = Draft.objects.of_project(writer.project.id).first()
    draft = writer.save(changes, *locks, base=current.version_number if current else 0)
    for name in changes:
        writer.give_back(name)
    return draft


def content(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def recomputed_hash(payload: dict[str, Any]) -> str:
    """The content hash as anybody can compute it from the payload, with the standard library and RFC 8785."""

    def fact(text: str, media_type: str, language: str | None) -> dict[str, Any]:
        return {"sha256": hashlib.sha256(text.encode()).hexdigest(), "media_type": media_type, "language": language}

    fields = {
        f"files/{path}": fact(f["content"], f["media_type"], f["language"]) for path, f in payload["files"].items()
    }
    if payload["prompt_text"] is not None:
        fields["prompt_text"] = fact(payload["prompt_text"], "text/markdown", "markdown")
    if payload["model_configuration_text"] is not None:
        fields["model_configuration"] = fact(payload["model_configuration_text"], "application/json", "json")
    return "sha256:" + canonical_hash({"v": 1, "fields": fields})


@pytest.mark.django_db
def test_it_holds_everything_to_run_and_to_verify_one_content(writer, viewer, address):
    draft = save(
        writer,
        {
            "prompt_text": 'Be "kind" — é.',
            "model_configuration": CONFIGURATION,
            "files/b.yaml": {"content": "a: 1\n"},
            "files/a/\U0001f600.txt": {"content": "x", "language": None},
            "files/a/\uff5e.txt": {"content": "y", "language": None},
        },
    )

    answer = Api(viewer).get(address)
    data = content(answer)

    payload = json.loads(data)
    assert data.decode() == canonical(payload)
    assert payload["format"] == "foundry.payload/1"
    assert payload["model_configuration"] == {"temperature": 1.0, "model": "m-1"}
    assert payload["model_configuration_text"] == CONFIGURATION
    assert payload["files"]["b.yaml"]["content"] == "a: 1\n"
    assert payload["content_hash"] == f"sha256:{draft.content_hash}" == recomputed_hash(payload)
    assert answer["ETag"] == f'"{payload["content_hash"]}"'
    assert answer["Content-Type"] == "application/json"
    assert "no-cache" in answer["Cache-Control"]


@pytest.mark.django_db
def test_the_same_content_gives_the_same_bytes_in_every_version(writer, viewer, address, project):
    first = save(writer, {"prompt_text": "one"})
    save(writer, {"prompt_text": "two"})
    revert_draft(caller=writer.caller, project_id=project.id, version=1, reason="back")
    api = Api(viewer)

    answers = [api.get(f"{address}{query}") for query in ("", "?version=1", f"?hash=sha256:{first.content_hash}")]

    assert len({content(each) for each in answers}) == 1
    assert len({each["ETag"] for each in answers}) == 1
    assert [each["Foundry-Version"] for each in answers] == ["3", "1", "3"]
    assert json.loads(content(api.get(f"{address}?version=2")))["prompt_text"] == "two"


@pytest.mark.django_db
def test_who_has_it_already_is_told_so(writer, viewer, address):
    save(writer, {"prompt_text": "one"})
    api = Api(viewer)
    etag = api.get(address)["ETag"]

    answer = api.get(address, if_none_match=f'"other", {etag}')

    assert answer.status_code == 304
    assert answer["ETag"] == etag
    assert not answer.content
    save(writer, {"prompt_text": "two"})
    assert api.get(address, if_none_match=etag).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", (404, "not_found")),
        ("?version=1", (404, "not_found")),
        (f"?hash={'0' * 64}", (404, "not_found")),
        ("?version=0", (400, "validation_failed")),
        ("?version=x", (400, "validation_failed")),
        ("?hash=abc", (400, "validation_failed")),
        (f"?version=1&hash={'0' * 64}", (400, "validation_failed")),
    ],
)
def test_what_is_not_there_or_not_understood_is_refused(viewer, address, query, expected):
    assert problem(Api(viewer).get(address + query)) == expected


@pytest.mark.django_db
def test_a_hash_is_no_permission(writer, outsider, owner, make_project, address):
    draft = save(writer, {"prompt_text": "secret"})
    elsewhere = make_project("Another")

    assert problem(Api(outsider).get(f"{address}?hash={draft.content_hash}")) == (404, "not_found")
    assert problem(Api(owner).get(f"projects/{elsewhere.id}/export/?hash={draft.content_hash}")) == (404, "not_found")
    assert problem(Api().get(address)) == (401, "not_authenticated")


@pytest.fixture
def large(committed_db, project, editor, caller_for) -> tuple[str, str]:
    """The address of a project with 5 MiB of files, and a token that may read it."""
    writer = Writer(caller_for(editor), project)
    for number in range(5):
        save(writer, {f"files/{number}.txt": {"content": str(number) * 1024 * 1024}})
    _, token = create_token(caller=foundry_caller("command"), name="test", user_id=editor.id)
    return f"/api/v1/projects/{project.id}/export/", token


async def test_it_is_sent_in_pieces_under_asgi(large):
    address, token = large
    headers = [(b"host", b"localhost"), (b"authorization", f"Bearer {token}".encode())]
    scope = {"type": "http", "method": "GET", "path": address, "query_string": b"", "headers": headers}
    client = ApplicationCommunicator(HttpApplication(), scope)
    await client.send_input({"type": "http.request", "body": b""})

    start = await client.receive_output(timeout=PATIENCE)
    pieces = []
    more = True
    while more:
        message = await client.receive_output(timeout=PATIENCE)
        pieces.append(message.get("body", b""))
        more = message.get("more_body", False)

    assert start["status"] == 200
    files = json.loads(b"".join(pieces))["files"]
    assert [len(each["content"]) for each in files.values()] == [1024 * 1024] * 5
    assert max(map(len, pieces)) < BATCH_BYTES
    await client.wait()
