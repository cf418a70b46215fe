"""Fields as plain files: one by itself, all of a version as a zip."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest
from django.test import Client

from accounts.callers import Caller
from accounts.models import User
from drafts.exchange.archive import archive
from drafts.services import change_files
from projects.models import Project
from tests.writers import Writer

pytestmark = pytest.mark.django_db


@pytest.fixture
def writer(project: Project, editor: User, caller_for: Callable[..., Caller]) -> Writer:
    return Writer(caller_for(editor), project)


def add(writer: Writer, version: int, **texts: str) -> None:
    changes = {f"files/{path}": {"content": text} for path, text in texts.items()}
    change_files(
        caller=writer.caller,
        project_id=writer.project.id,
        session_id=None,
        base_version=version,
        changes=changes,
    )


def zip_of(content: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(content))


def test_all_fields_of_a_version_are_plain_files_of_a_zip(writer: Writer, editor: User, client: Client):
    writer.save({"prompt_text": "Hello"}, writer.take())
    add(writer, 1, **{"b/ü.md": "a\r\n", "a.yaml": "a: 1\n"})
    add(writer, 2, **{"later.md": "Later"})
    client.force_login(editor)

    response = client.get(f"/api/v1/projects/{writer.project.id}/drafts/2/archive/")

    zipped = zip_of(b"".join(response.streaming_content))  # type: ignore[attr-defined]
    assert zipped.namelist() == ["files/a.yaml", "files/b/ü.md", "prompt_text.md"]
    assert zipped.read("files/b/ü.md") == b"a\r\n"
    assert response["Foundry-Version"] == "2"
    assert response["Content-Disposition"].startswith("attachment; ")


def test_the_same_version_is_the_same_zip(writer: Writer):
    add(writer, 0, **{"a.md": "A", "b.md": "B"})
    draft = writer.project.drafts.get()

    assert b"".join(archive(draft)) == b"".join(archive(draft))


def test_one_field_is_saved_under_its_own_name_and_never_shown_as_a_page(writer: Writer, editor: User, client: Client):
    add(writer, 0, **{"notes/über_uns.html": "<script>\r\n"})
    client.force_login(editor)

    response = client.get(f"/api/v1/projects/{writer.project.id}/drafts/current/content/files/notes/über_uns.html")

    assert response.content == b"<script>\r\n"
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''%C3%BCber_uns.html"
    gone = client.get(f"/api/v1/projects/{writer.project.id}/drafts/current/content/files/gone.md")
    assert gone.status_code == 404
