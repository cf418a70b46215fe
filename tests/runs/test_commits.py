"""Experiments about a commit of a repository: what is read, what is not, and what is refused."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings as django_settings
from django.db import IntegrityError, transaction

from audit.models import Event
from audit.verification import verify
from kernel.errors import Conflict, NotFound, ValidationFailed
from stages.runs.execution import execute
from stages.runs.git.clones import clone_path
from stages.runs.models import Experiment, Repository, Run, RunLog, RunStatus
from stages.runs.services import (
    connect_repository,
    create_experiment,
    refresh_repository,
    remove_repository,
    update_repository,
)
from tests.rest.client import Api, members, problem
from tests.runs.changes import changing
from tests.runs.git_server import TOKEN, GitServer, Hosted
from tests.runs.provider import ScriptedProvider, provider
from tests.runs.world import World

OTHER = UUID("01890000-0000-7000-8000-000000000000")
DIFF = "Done.\n\n```diff\n--- a/src/prompt.txt\n+++ b/src/prompt.txt\n@@ -1 +1 @@\n-Be exact.\n+Be precise.\n```\n"
FILES = {
    "src/prompt.txt": b"Be exact.\nBe brief.\n",
    "passwd": ("120000", b"/etc/passwd"),
    "image.bin": b"\0\1\2" * 1_000_000,
    "small.bin": b"\0\1",
    "sub/.ENV.local": b"TOKEN=t0p-s3cret\n",
    ".gitattributes": b"* text\n",
}


@pytest.fixture
def models(settings: Any) -> Iterator[ScriptedProvider]:
    with provider() as found:
        settings.FOUNDRY_MODEL_HOSTS = frozenset({found.host})
        yield found


def connect(world: World, hosted: Hosted) -> Repository:
    return connect_repository(caller=world.caller("olga"), project_id=world.project.id, url=hosted.url, token=TOKEN)


def asked(world: World, models: ScriptedProvider, experiment: Experiment, answer: str) -> Run:
    """A run to its end, of a model that answers so."""
    models.texts["patches"] = answer
    name = f"m-{len(models.asked)}"
    facts = {"provider": "openai", "model_name": "patches", "base_url": models.address, "key": "sk-abc-0123456789"}
    (run,) = world.start(experiment, world.profile(name, **facts))
    asyncio.run(execute(run.id))
    return Run.objects.get(pk=run.pk)


def test_case_25_links_and_binaries_are_in_no_request_and_named_in_the_log(
    committed_world: World, git_host: GitServer, models: ScriptedProvider
):
    world = committed_world
    repository = connect(world, git_host.new_repository(files=FILES))

    run = asked(world, models, changing(world.caller("rae"), repository), DIFF)

    assert (run.status, run.detail) == (RunStatus.SUCCEEDED, "")
    assert [(each["path"], each["status"]) for each in run.files_changed] == [("src/prompt.txt", "modified")]
    sent = json.dumps(models.asked[0].body)
    assert "Be exact." in sent
    for secret in ("/etc/passwd", "\\u0000", "t0p-s3cret", "root:"):
        assert secret not in sent
    log = "\n".join(RunLog.objects.filter(run=run).order_by("number").values_list("text", flat=True))
    assert "passwd is not read: it is a symbolic link" in log
    assert "image.bin is not read: it has 3000000 bytes" in log
    assert TOKEN not in log
    queued = Event.objects.get(chain=str(world.project.id), action="run.queued").data["source"]
    assert (queued["repository_id"], queued["commit"]) == (str(repository.id), repository.latest_commit)
    assert verify(str(world.project.id)).findings == []


def test_no_work_tree_is_written(committed_world: World, git_host: GitServer, models: ScriptedProvider):
    repository = connect(committed_world, git_host.new_repository(files=FILES))
    asked(committed_world, models, changing(committed_world.caller("ed"), repository), DIFF)

    clone = clone_path(repository.id)
    assert not (clone / "index").exists()
    on_disk = {path.name for path in clone.parent.rglob("*")}
    assert not on_disk & {"passwd", "prompt.txt", ".git", ".ENV.local"}
    written = b"".join(path.read_bytes() for path in clone.parent.rglob("*") if path.is_file())
    assert TOKEN.encode() not in written
    assert django_settings.FOUNDRY_DATA_DIR in clone.parents


@pytest.mark.parametrize(
    ("path", "allows", "error"),
    [
        ("sub/.ENV.local", [], "forbidden_path"),
        (".gitattributes", [], "forbidden_path"),
        (".github/workflows/x.yml", [], "forbidden_path"),
        (".gitattributes", [".gitattributes"], ""),
        ("passwd", [], "patch_rejected"),
    ],
)
def test_case_23_paths_that_runs_do_not_change(
    committed_world: World, git_host: GitServer, models: ScriptedProvider, path: str, allows: list[str], error: str
):
    world = committed_world
    repository = connect(world, git_host.new_repository(files=FILES))
    update_repository(caller=world.caller("olga"), repository_id=repository.id, allows=allows)
    old = "/dev/null" if path.startswith(".github") else f"a/{path}"
    lines = "@@ -0,0 +1 @@\n+x\n" if old == "/dev/null" else "@@ -1 +1 @@\n-* text\n+x\n"

    run = asked(
        world, models, changing(world.caller("ed"), repository), f"```diff\n--- {old}\n+++ b/{path}\n{lines}```"
    )

    assert run.error == error, run.detail
    assert error == "" or path in run.detail


def test_a_commit_that_is_not_there_fails_the_run_in_words(
    committed_world: World, hosted: Hosted, models: ScriptedProvider
):
    repository = connect(committed_world, hosted)
    Repository.objects.update(latest_commit="1" * 40)
    experiment = changing(committed_world.caller("ed"), repository)

    run = asked(committed_world, models, experiment, DIFF)

    assert (run.status, run.error) == (RunStatus.FAILED, "commit_not_found")
    assert models.asked == []


def test_an_older_commit_is_fetched_too(committed_world: World, hosted: Hosted, models: ScriptedProvider):
    repository = connect(committed_world, hosted)
    older = repository.latest_commit
    hosted.commit({"src/prompt.txt": b"Be exact.\nBe kind.\n"})
    ed = committed_world.caller("ed")
    refresh_repository(caller=ed, repository_id=repository.id)

    runs = [
        asked(committed_world, models, each, DIFF)
        for each in (changing(ed, repository), changing(ed, repository, commit=older))
    ]

    assert [run.status for run in runs] == [RunStatus.SUCCEEDED] * 2
    assert "Be kind." in json.dumps(models.asked[0].body)
    assert "Be brief." in json.dumps(models.asked[1].body)


def test_a_commit_that_never_was_the_newest_of_the_default_branch_is_refused(world: World, hosted: Hosted):
    repository = connect(world, hosted)
    # The server gives it out: on GitHub also those of forks, whose branches anybody writes.
    elsewhere = hosted.commit({".github/workflows/x.yml": b"on: push\n"}, branch="elsewhere")

    with pytest.raises(ValidationFailed) as refusal:
        changing(world.caller("rae"), repository, commit=elsewhere)

    assert [*refusal.value.errors] == ["commit"]


def test_programs_ask_about_a_commit(world: World, hosted: Hosted):
    repository = connect(world, hosted)
    api, address = Api(world.people["rae"]), f"projects/{world.project.id}/experiments/"
    asked = {"kind": "change", "title": "T", "text": "x", "repository_id": str(repository.id)}

    made = api.post(address, asked)
    named = api.post(address, {**asked, "commit": repository.latest_commit})

    for answer in (made, named):
        assert answer.status_code == 201
        body = members(answer)
        assert (body["repository_id"], body["commit"]) == (str(repository.id), repository.latest_commit)
        assert body["version"] is None
    for wrong in ({**asked, "commit": "HEAD"}, {**asked, "kind": "try"}, {**asked, "version": 1}):
        assert problem(api.post(address, wrong)) == (400, "validation_failed")


def test_a_removed_repository_is_not_read(committed_world: World, hosted: Hosted, models: ScriptedProvider):
    world = committed_world
    repository = connect(world, hosted)
    experiment = changing(world.caller("ed"), repository)
    remove_repository(caller=world.caller("olga"), repository_id=repository.id)

    assert asked(world, models, experiment, DIFF).error == "access_lost"
    with pytest.raises(Conflict, match="was removed"):
        changing(world.caller("ed"), repository)


def test_a_source_is_a_version_or_a_commit(world: World, hosted: Hosted):
    repository = connect(world, hosted)
    given: dict[str, Any] = {"caller": world.caller("ed"), "project_id": world.project.id, "title": "T", "text": "x"}
    for facts, name in (
        ({"repository_id": repository.id}, "kind"),
        ({"repository_id": repository.id, "kind": "change", "version": 1}, "repository_id"),
        ({"repository_id": repository.id, "kind": "change", "commit": "HEAD"}, "commit"),
        ({"kind": "change", "commit": "1" * 40}, "commit"),
    ):
        with pytest.raises(ValidationFailed) as refusal:
            create_experiment(**given, **facts)
        assert [*refusal.value.errors] == [name]
    with pytest.raises(NotFound):
        create_experiment(**given, kind="change", repository_id=OTHER)
    experiment = changing(world.caller("ed"), repository)
    with pytest.raises(IntegrityError), transaction.atomic():
        Experiment.objects.filter(pk=experiment.pk).update(commit="1" * 40)
    assert verify(str(world.project.id)).findings == []
