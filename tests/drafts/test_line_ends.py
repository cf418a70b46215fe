"""A file is kept to the last byte, its line ends too; a prompt or configuration gets LF, and the answer says so."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client as Browser

from accounts.models import User
from blobs.models import Blob
from drafts.compare.text import apply_hunks, compare_texts
from drafts.exchange.difference import visible
from drafts.exchange.exporting import export_project
from drafts.exchange.git.history import Selection
from drafts.exchange.git.importing import import_repository
from drafts.exchange.git.repository import Repository
from drafts.exchange.importing import import_project
from drafts.models import Draft
from foundry_site.replay.history import ReplayedSave
from kernel.invisible import count_hidden
from locking.models import WorkingCopy
from locking.working_copies import put_working_copy
from projects.models import Project
from publishing.bundle.scope import scope_of_project
from publishing.bundle.writing import bundle
from tests.drafts.exchange.git_repository import Repo
from tests.rest.client import members
from tests.rest.writer import Writer as Client
from tests.writers import Writer

# CRLF, a CR inside a quoted cell, an LF, a CR alone, and no end at the end.
MIXED = 'id,text\r\n1,"first\rsecond"\r\n2,"a\nb"\n3,c\rlast'
CSV = "files/data.csv"


@pytest.fixture
def client(project: Project, editor: User) -> Client:
    return Client(editor, project)


@pytest.mark.django_db
class TestSaving:
    def test_a_file_has_the_hash_of_its_bytes_and_comes_back_as_they_are(self, client: Client) -> None:
        saved = client.save({CSV: {"content": MIXED}})

        file = members(client.read("drafts/1/files/data.csv"))
        data = MIXED.encode()
        assert file["content"].encode() == data
        assert (file["sha256"], file["size"]) == (hashlib.sha256(data).hexdigest(), len(data))
        assert "line_ends_changed" not in members(saved)

    def test_other_fields_get_lf_and_the_answer_says_which(self, client: Client) -> None:
        changes = {
            "prompt_text": "# Role\r\nBe exact.\r",
            "model_configuration": '{\r\n"a": 1}',
            CSV: {"content": "a\r\n"},
        }
        tokens = {name: client.take(name) for name in changes}
        body = {"base_version": 0, "changes": changes, "tokens": tokens, "client_ref": client.session}
        answers = [members(client.do("drafts/", body)) for _ in range(2)]

        assert [each["line_ends_changed"] for each in answers] == [["model_configuration", "prompt_text"]] * 2
        read = members(client.read("drafts/1/"))
        assert (read["prompt_text"], read["model_configuration_text"]) == ("# Role\nBe exact.\n", '{\n"a": 1}')
        assert "line_ends_changed" not in read

    def test_another_line_end_is_another_version_and_compare_shows_it(self, client: Client) -> None:
        client.save({CSV: {"content": "a\nb\n"}})
        client.save({CSV: {"content": "a\nb\r\n"}}, base=1)

        (field,) = members(client.read("compare/?base=1&target=2"))["fields"]
        rows = field["hunks"][0]["lines"]
        assert [(row["op"], row["text"]) for row in rows] == [("equal", "a"), ("removed", "b"), ("added", "b\r")]

    def test_unsaved_text_is_kept_as_it_was_typed(self, project: Project, editor: User, caller_for: Any) -> None:
        writer = Writer(caller_for(editor), project)
        for field, kept in ((CSV, MIXED), ("prompt_text", "a\nb")):
            text = MIXED if field == CSV else "a\r\nb"
            lock = writer.take(field)
            where: dict[str, Any] = {
                "project_id": project.id,
                "session_id": writer.session,
                "field": field,
                "token": lock.token,
            }
            put_working_copy(caller=writer.caller, **where, revision=1, content=text)
            assert WorkingCopy.objects.get(lease__token=lock.token, lease__project=project).content == kept

    def test_a_refused_save_keeps_a_file_s_text_as_it_was_typed(self, client: Client) -> None:
        token = client.take(CSV)
        client.do("drafts/", {"base_version": 9, "changes": {CSV: {"content": MIXED}}, "tokens": {CSV: token}})
        assert WorkingCopy.objects.filter(content=MIXED).exists()

    def test_a_comment_on_lines_of_a_crlf_file_stays_with_them(self, client: Client, project: Project) -> None:
        client.save({CSV: {"content": "id,text\r\n1,a\r\n2,b\r\n"}})
        anchor = {"from_line": 2, "to_line": 3, "quote": "1,a\r\n2,b"}
        remark = {"version": 1, "target_field": CSV, "text": "Why?", "anchor": anchor}
        made = members(client.do("comments/", remark))
        client.save({CSV: {"content": "new\nid,text\n1,a\n2,b\n"}}, base=1)

        assert made["anchor"]["quote"] == "1,a\n2,b"
        (comment,) = members(client.read("comments/?version=2"))["results"]
        assert comment["position"] == {"from_line": 3, "to_line": 4}

    def test_a_line_of_a_crlf_file_is_found_where_it_stands(self, client: Client) -> None:
        client.save({CSV: {"content": "id,text\r\n1,exanthem\r\n"}})
        answer = members(client.read("search/?q=exanthem"))
        assert "exanthem" in json.dumps(answer)
        assert "\\r" not in json.dumps(answer)

    def test_the_workspace_fetches_a_text_that_html_would_change(
        self, client: Client, project: Project, editor: User
    ) -> None:
        client.save({CSV: {"content": "a\r\n"}, "prompt_text": "a\n"})
        browser = Browser()
        browser.force_login(editor)
        page = f"/projects/{project.id}/?field="
        assert 'data-sheet-exact-value="false"' in browser.get(page + CSV).content.decode()
        assert 'data-sheet-exact-value="true"' in browser.get(page + "prompt_text").content.decode()
        text = browser.get(f"/projects/{project.id}/text/?field={CSV}&version=1")
        assert text.content == b"a\r\n"


def test_the_hunks_of_a_text_with_any_line_ends_put_it_together_again() -> None:
    old, new = MIXED, MIXED.replace("\r\n", "\n")
    assert apply_hunks(compare_texts(old, new).hunks, old) == new
    assert visible("b\r") == "b\\u000d"


def test_the_cr_of_a_crlf_is_no_hidden_character_and_one_alone_is() -> None:
    assert count_hidden("a\r\nb\r\n") == 0
    assert count_hidden(MIXED) == 2


def test_a_replay_expects_of_each_field_what_it_keeps() -> None:
    assert ReplayedSave(1, CSV, MIXED, "").kept == MIXED
    assert ReplayedSave(1, "prompt_text", "a\r\nb\r", "").kept == "a\nb\n"


def test_project_file_and_bundle_hold_the_file_as_it_is(
    own_db: str, project: Project, editor: User, outsider: User, caller_for: Callable[..., Any]
) -> None:
    writer = Writer(caller_for(editor), project)
    draft = writer.save({CSV: {"content": MIXED}, "prompt_text": "a\n"}, writer.take(CSV), writer.take())

    exported = io.BytesIO(b"".join(export_project(project_id=project.id)))
    copy = import_project(caller=caller_for(outsider), file=exported)
    archive = zipfile.ZipFile(io.BytesIO(b"".join(bundle(scope_of_project(project.id)))))

    assert Draft.objects.get(project=copy).content_hash == draft.content_hash
    assert archive.read("content/files/data.csv") == MIXED.encode()
    call_command("verify_audit", verbosity=0)


@pytest.mark.django_db
def test_a_repository_s_files_are_imported_byte_for_byte(tmp_path: Path, owner: User, caller_for: Any) -> None:
    repo = Repo(tmp_path / "agent")
    repo.commit({"system.md": "# Role\r\nBe exact.\r\n", "data.csv": MIXED})
    selection = Selection(prompt="system.md", files=("*.csv",))

    report = import_repository(
        caller=caller_for(owner, via="command"), repository=Repository(repo.path), selection=selection, name="agent"
    )

    draft = Draft.objects.get(project=report.project_id)
    assert draft.files["data.csv"]["sha256"] == hashlib.sha256(MIXED.encode()).hexdigest()
    assert Blob.objects.get(pk=draft.prompt_id).text == "# Role\nBe exact.\n"
    (note,) = report.notes
    assert note.endswith("prompt_text: its line ends were made LF.")
