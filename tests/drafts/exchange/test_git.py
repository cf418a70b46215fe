"""A git repository's commits become versions: all of those that touch what is selected, or none where one is broken."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from audit.models import Event
from audit.verification import verify
from drafts.exchange.git.history import Selection
from drafts.exchange.git.importing import Report, import_repository
from drafts.exchange.git.repository import Repository
from drafts.models import Draft
from kernel.errors import LockHeld, NotFound, PermissionDenied, ValidationFailed
from locking.models import Lease
from projects.models import Project
from tests.drafts.exchange.conftest import save
from tests.writers import Writer

pytestmark = pytest.mark.django_db

BOTH = Selection("prompts/system.md", "config.json", ("corpus/*.jsonl",))
PROMPT = Selection("prompts/system.md")


class Repo:
    """A git repository that a test writes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str, **environment: str) -> str:
        settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "PATH": os.environ["PATH"]}
        people = {
            f"GIT_{who}_{what}": f"{who.title()} {what.title()}"
            for who in ("AUTHOR", "COMMITTER")
            for what in ("NAME", "EMAIL")
        }
        dates = {"GIT_AUTHOR_DATE": "2019-03-01T10:00:00+02:00", "GIT_COMMITTER_DATE": "2020-01-01T00:00:00+01:00"}
        done = subprocess.run(
            ["git", "-C", str(self.path), *arguments],
            env=settings | people | dates | environment,
            capture_output=True,
            check=True,
        )
        return done.stdout.decode().strip()

    def commit(self, files: dict[str, str | bytes | None], message: str = "A commit", **environment: str) -> str:
        for name, content in files.items():
            path = self.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                path.unlink()
            else:
                path.write_bytes(content.encode() if isinstance(content, str) else content)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message, **environment)
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "agent")


@pytest.fixture
def run(owner, caller_for):
    def import_it(repo: Repo, selection: Selection = BOTH, **options: Any) -> Report:
        given = {"caller": caller_for(owner, via="command"), "name": "agent", **options}
        return import_repository(repository=Repository(repo.path), selection=selection, **given)

    return import_it


def drafts(report: Report) -> list[Draft]:
    found = Draft.objects.filter(project=report.project_id).select_related("prompt", "configuration")
    return list(found.order_by("version_number"))


def facts(draft: Draft) -> dict[str, Any]:
    event = Event.objects.get(action="draft.saved", target_id=str(draft.id))
    found = event.data["import"]
    assert isinstance(found, dict)
    return found


def problems(repo: Repo, run: Any, selection: Selection = BOTH, **options: Any) -> str:
    before = Project.objects.count()
    with pytest.raises(ValidationFailed) as refusal:
        run(repo, selection, **options)
    assert Project.objects.count() == before
    return "\n".join(f"{where}: {words[0]}" for where, words in refusal.value.errors.items())


def test_each_commit_that_touches_them_becomes_a_version(repo, run, owner):
    first = repo.commit(
        {"prompts/system.md": "one\r\n", "config.json": '{"t": 1e0}', "corpus/a.jsonl": '{"q": 1}\n'},
        "First\n\nwith a body",
        GIT_AUTHOR_NAME="Ada",
        GIT_AUTHOR_EMAIL="ada@example.org",
    )
    repo.commit({"README.md": "not selected"})
    second = repo.commit({"prompts/system.md": "two\n", "corpus/deep/b.jsonl": "1\n"}, "Second")
    repo.commit({"corpus/a.jsonl": None})

    report = run(repo)

    one, two, three = drafts(report)
    assert report.versions == [1, 2, 3]
    assert (one.prompt_text, two.prompt_text, three.prompt_text) == ("one\n", "two\n", "two\n")
    assert one.model_configuration_text == '{"t": 1e0}'
    assert one.fields["files/corpus/a.jsonl"].language == "jsonl"
    assert set(three.fields) == {"prompt_text", "model_configuration"}
    assert (one.kind, one.message, two.message) == ("import", "First\n\nwith a body", "Second")
    assert facts(one) == {
        "source": "git",
        "root": first,
        "commit": first,
        "parent": None,
        "author": {"name": "Ada", "email": "ada@example.org"},
        "authored_at": "2019-03-01T10:00:00+02:00",
        "committed_at": "2020-01-01T00:00:00+01:00",
        "paths": {
            "prompt_text": "prompts/system.md",
            "model_configuration": "config.json",
            "files/corpus/a.jsonl": "corpus/a.jsonl",
        },
        "left_out": {},
    }
    assert facts(two)["commit"] == second
    assert one.author == owner
    assert one.created_at.year > 2020
    assert verify().findings == []


def test_every_version_has_a_momentary_lease_for_what_it_wrote(repo, run, owner):
    repo.commit({"prompts/system.md": "one", "config.json": "{}"})

    report = run(repo, Selection("prompts/system.md", "config.json"))

    leases = Lease.objects.filter(project=report.project_id)
    assert set(leases.values_list("field", "user_id", "end_reason")) == {
        ("prompt_text", owner.id, "saved"),
        ("model_configuration", owner.id, "saved"),
    }


def test_running_it_again_goes_on_where_the_history_has_grown(repo, run):
    repo.commit({"prompts/system.md": "one"})
    first = run(repo, PROMPT)
    repo.commit({"prompts/system.md": "two"})

    again = run(repo, PROMPT)
    once_more = run(repo, PROMPT, project_id=first.project_id)

    assert again.project_id == first.project_id
    assert (again.versions, again.known) == ([2], 1)
    assert (once_more.versions, once_more.known) == ([], 2)


def test_another_repository_of_the_same_name_makes_a_project_of_its_own(repo, run, tmp_path):
    repo.commit({"prompts/system.md": "one"})
    other = Repo(tmp_path / "other")
    other.commit({"prompts/system.md": "uno"}, "Something else")

    assert run(repo, PROMPT).project_id != run(other, PROMPT).project_id


def test_a_renamed_prompt_is_followed_and_a_renamed_file_is_removed_and_added(repo, run):
    long = "".join(f"line {number}\n" for number in range(20))
    repo.commit({"main.md": long, "corpus/old.jsonl": '{"q": 1}\n' * 20})
    repo.git("mv", "corpus/old.jsonl", "corpus/new.jsonl")
    (repo.path / "prompts").mkdir()
    repo.git("mv", "main.md", "prompts/system.md")
    repo.commit({"prompts/system.md": long + "more\n"})

    one, two = drafts(run(repo, Selection("prompts/system.md", files=("corpus/*.jsonl",))))

    assert (one.prompt_text, two.prompt_text) == (long, long + "more\n")
    assert facts(one)["paths"]["prompt_text"] == "main.md"
    assert two.changed_fields == ["prompt_text", "files/corpus/new.jsonl", "files/corpus/old.jsonl"]


def test_a_merge_is_what_it_brought_to_its_first_parent(repo, run):
    repo.commit({"prompts/system.md": "a\n\nb\n"})
    repo.git("checkout", "--quiet", "-b", "side")
    repo.commit({"prompts/system.md": "A\n\nb\n"}, "Side 1")
    repo.commit({"prompts/system.md": "AA\n\nb\n"}, "Side 2")
    repo.git("checkout", "--quiet", "main")
    repo.commit({"prompts/system.md": "a\n\nB\n"}, "Main")
    repo.git("merge", "--quiet", "--message", "Merge", "side")

    report = run(repo, PROMPT)

    assert [(each.message, each.prompt_text) for each in drafts(report)] == [
        ("A commit", "a\n\nb\n"),
        ("Main", "a\n\nB\n"),
        ("Merge", "AA\n\nB\n"),
    ]


def test_a_commit_without_effect_makes_no_version(repo, run):
    repo.commit({"prompts/system.md": "one\n"})
    repo.commit({"prompts/system.md": "one\r\n"}, "Only its line ends")
    (repo.path / "prompts/system.md").chmod(0o755)
    repo.commit({}, "Only its mode")

    report = run(repo, PROMPT)

    assert (report.versions, report.without_effect) == ([1], 2)


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


def test_a_deleted_prompt_stays_as_it_was(repo, run):
    repo.commit({"prompts/system.md": "one"})
    repo.commit({"prompts/system.md": None})
    repo.commit({"prompts/system.md": "back"})

    report = run(repo, PROMPT)

    assert [each.prompt_text for each in drafts(report)] == ["one", "back"]
    assert "deletes it" in report.notes[0]


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


def test_the_repository_decides_nothing_else(repo, run, tmp_path):
    """Replaced objects, signatures to show, a file system monitor: none of them is heeded, or run."""
    witness = tmp_path / "witness"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {witness}\n")
    program.chmod(0o755)
    first = repo.commit({"prompts/system.md": "one"})
    second = repo.commit({"prompts/system.md": "two"})
    repo.git("replace", second, first)
    for setting in ("core.fsmonitor", "gpg.program", "core.pager", "diff.external", "core.sshCommand"):
        repo.git("config", setting, str(program))
    repo.git("config", "log.showSignature", "true")

    report = run(repo, PROMPT)

    assert [each.prompt_text for each in drafts(report)] == ["one", "two"]
    assert not witness.exists()


def test_the_command_tells_what_it_did(repo, owner, capsys):
    repo.commit({"prompts/system.md": "one", "corpus/deep/x.jsonl": "1"})
    repo.commit({"prompts/system.md": "two"})
    name = f"agent {uuid4()}"
    arguments = ["import_git", str(repo.path), "--prompt", "./prompts/system.md", "--files", "corpus/**/*.jsonl"]

    call_command(*arguments, "--as", owner.username, "--project", name)

    told = capsys.readouterr()
    project = Project.objects.get(pk=told.out.strip())
    assert project.name == name
    assert "commit 2 of 2" in told.err
    assert "2 commits imported (v1 to v2)" in told.err
    call_command(*arguments, "--as", owner.username, "--into", str(project.id))
    assert "2 were there already" in capsys.readouterr().err
    with pytest.raises(CommandError, match="no account"):
        call_command(*arguments, "--as", "nobody-here")
    with pytest.raises(CommandError, match=r"No commit touches nothing\.md"):
        call_command("import_git", str(repo.path), "--prompt", "nothing.md", "--as", owner.username)
