"""What an import of a git history refuses, and names."""

from __future__ import annotations

import os

import pytest

from drafts.exchange.git.history import Selection
from drafts.exchange.git.importing import import_repository
from drafts.exchange.git.repository import Repository
from drafts.models import Draft
from kernel.errors import LockHeld, NotFound, PermissionDenied, ValidationFailed
from tests.drafts.exchange.conftest import save
from tests.drafts.exchange.git_repository import PROMPT, drafts, facts, problems
from tests.writers import Writer

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("corpus/x.jsonl", b"\x89PNG\r\n\x1a\n\xff", "not UTF-8 text"),
        ("corpus/x.jsonl", b"nul \0 byte", "NUL"),
        ("corpus/x.jsonl", b'{"q": 1}\n{"q": NaN}\n', "Line 2"),
        ("corpus/x.jsonl", b"[" * 10_000 + b"]" * 10_000, "levels deep"),
        ("corpus/x.jsonl", b'"\\ud800"', "surrogate"),
        ("corpus/x.jsonl", b'"' + b"x" * 5_000_000 + b'"\n', "larger than 1048576 bytes"),
        ("corpus/x.jsonl", b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "LFS"),
        ("corpus/aux.jsonl", b"1", "reserved by Windows"),
        ("corpus/X.jsonl", b"1", "only in case"),
        ("config.json", b"[1]", "JSON object"),
        ("prompts/system.md", b"\xff\xfe", "not UTF-8 text"),
    ],
)
def test_what_cannot_be_a_text_is_named_and_nothing_is_saved(repo, run, name, content, words):
    files: dict[str, str | bytes | None] = {"prompts/system.md": "one", "config.json": "{}", "corpus/y.jsonl": "1"}
    if words == "only in case":
        files["corpus/x.jsonl"] = "1"
    repo.commit(files)
    sha = repo.commit({name: content})
    repo.commit({name: "{}"})

    told = problems(repo, run)

    assert words in told
    assert sha[:12] in told


def test_a_symbolic_link_is_no_text(repo, run):
    repo.commit({"prompts/system.md": "one", "config.json": "{}"})
    (repo.path / "corpus").mkdir()
    (repo.path / "corpus/x.jsonl").symlink_to("/etc/passwd")
    repo.commit({})

    assert "a symbolic link" in problems(repo, run)


def test_a_path_that_is_not_text_is_named(repo, run):
    repo.commit({"prompts/system.md": "one", "config.json": "{}", "corpus/y.jsonl": "1"})
    (repo.path / "corpus").joinpath(os.fsdecode(b"\xff.jsonl")).write_text("1")
    repo.commit({})

    assert "not Unicode text" in problems(repo, run)


def test_keep_broken_takes_what_it_can_and_says_what_not(repo, run):
    repo.commit({"prompts/system.md": "one", "config.json": "{}", "corpus/x.jsonl": "1"})
    repo.commit({"config.json": '{"broken": ', "corpus/x.jsonl": "{broken"})
    repo.commit({"config.json": '{"whole": 1}', "corpus/x.jsonl": "2"})

    report = run(repo, keep_broken=True)

    _, two, three = drafts(report)
    assert two.model_configuration_text == "{}"
    assert "Invalid JSON" in facts(two)["left_out"]["model_configuration"]
    assert two.fields["files/corpus/x.jsonl"].language is None
    assert three.fields["files/corpus/x.jsonl"].language == "jsonl"
    assert len(report.notes) == 2


@pytest.mark.parametrize(
    "selection",
    [
        Selection("prompts/other.md"),
        Selection("prompts/system.md", "no.json"),
        Selection("prompts/system.md", files=("*",)),
    ],
)
def test_a_name_that_is_nowhere_in_the_history_is_refused(repo, run, selection):
    repo.commit({"prompts/system.md": "one"})

    assert "No commit touches" in problems(repo, run, selection)


def test_what_is_no_repository_or_no_commit_is_refused(repo, run, tmp_path, caller_for, owner):
    with pytest.raises(NotFound, match="no commit 'HEAD'"):
        run(repo, PROMPT)
    repo.commit({"prompts/system.md": "one"})
    for revision in ("nowhere", "--help", "HEAD:prompts/system.md"):
        with pytest.raises((NotFound, ValidationFailed)):
            run(repo, PROMPT, revision=revision)
    with pytest.raises(ValidationFailed, match=r"not a git repository|cannot change to"):
        import_repository(
            caller=caller_for(owner), repository=Repository(tmp_path / "nothing"), selection=PROMPT, name="x"
        )


def test_it_refuses_while_somebody_else_holds_a_touched_field(repo, run, project, editor, caller_for):
    repo.commit({"prompts/system.md": "one"})
    Writer(caller_for(editor), project).take("prompt_text")

    with pytest.raises(LockHeld) as refusal:
        run(repo, PROMPT, project_id=project.id)

    assert "Nothing was imported" in refusal.value.detail
    assert not Draft.objects.filter(project=project).exists()


def test_it_never_overwrites_what_was_changed_in_foundry_unless_told(repo, run, project, editor, caller_for):
    repo.commit({"prompts/system.md": "one"})
    run(repo, PROMPT, project_id=project.id)
    save(Writer(caller_for(editor), project), {"prompt_text": "mine", "files/a.md": {"content": "mine"}})
    repo.commit({"prompts/system.md": "two"})

    with pytest.raises(ValidationFailed, match="changed in Foundry"):
        run(repo, PROMPT, project_id=project.id)
    report = run(repo, PROMPT, project_id=project.id, overwrite=True)

    newest = drafts(report)[-1]
    assert (newest.prompt_text, set(newest.fields)) == ("two", {"prompt_text", "files/a.md"})


def test_a_viewer_cannot_import(repo, run, project, viewer, caller_for):
    repo.commit({"prompts/system.md": "one"})

    with pytest.raises(PermissionDenied):
        run(repo, PROMPT, project_id=project.id, caller=caller_for(viewer))
