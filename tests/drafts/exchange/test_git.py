"""A git repository's commits become versions: all of those that touch what is selected, or none where one is broken."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from audit.verification import verify
from drafts.exchange.git.history import Selection
from locking.models import Lease
from projects.models import Project
from tests.drafts.exchange.git_repository import PROMPT, Repo, drafts, facts

pytestmark = pytest.mark.django_db


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


def test_a_deleted_prompt_stays_as_it_was(repo, run):
    repo.commit({"prompts/system.md": "one"})
    repo.commit({"prompts/system.md": None})
    repo.commit({"prompts/system.md": "back"})

    report = run(repo, PROMPT)

    assert [each.prompt_text for each in drafts(report)] == ["one", "back"]
    assert "deletes it" in report.notes[0]


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
