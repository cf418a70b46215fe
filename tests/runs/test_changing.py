"""Models that change the files of a version: cases 20, 21, 23, 25 and 26 as far as drafts go."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from audit.models import Event
from blobs.models import Blob
from projects.models import Project
from stages.runs.execution import execute
from stages.runs.models import Call, Experiment, Run, RunLog, RunStatus
from stages.runs.services import post_message
from tests.runs.provider import ScriptedProvider, provider
from tests.runs.world import World
from tests.writers import Writer

KEY = "sk-abc-0123456789"
FILES = {
    "files/a.md": "alpha\nbeta\ngamma\n",
    "files/gone.md": "bye\n",
    "files/old name.md": "stays\n",
    "files/.env": "TOKEN=t0p-s3cret\n",
    "files/sub/x.key": "k3y-bytes\n",
}
PATCH = """\
I made it so.

```diff
--- a/prompt_text
+++ b/prompt_text
@@ -1 +1 @@
-Be exact.
\\ No newline at end of file
+Be brief.
\\ No newline at end of file
--- a/files/a.md
+++ b/files/a.md
@@ -1,3 +1,3 @@
 alpha
-beta
+BETA
 gamma
diff --git a/files/gone.md b/files/gone.md
deleted file mode 100644
--- a/files/gone.md
+++ /dev/null
@@ -1 +0,0 @@
-bye
diff --git a/files/old name.md b/files/new.md
rename from files/old name.md
rename to files/new.md
--- /dev/null
+++ b/files/added.yaml
@@ -0,0 +1 @@
+a: 1
```
"""


def save(world: World, files: dict[str, str]) -> None:
    """A version with these files."""
    writer = Writer(world.caller("ed"), world.project)
    locks = [writer.take(field) for field in files]
    writer.save({name: {"content": text} for name, text in files.items()}, *locks)
    for field in files:
        writer.give_back(field)


@pytest.fixture
def server(settings: Any) -> Iterator[ScriptedProvider]:
    with provider() as found:
        settings.FOUNDRY_MODEL_HOSTS = frozenset({found.host})
        yield found


@pytest.fixture
def ask(committed_world: World, server: ScriptedProvider) -> Callable[..., Run]:
    """Have a scripted model answer a change with a text, over the real wire; the run, ended."""
    world = committed_world
    save(world, FILES)

    def asked(answer: Any, text: str = "Make it so", **facts: Any) -> Run:
        name = f"m{len(server.texts)}"
        server.texts[name] = answer
        model = world.profile(name, provider="openai", model_name=name, base_url=server.address, key=KEY)
        (run,) = world.start(world.experiment(kind="change", text=text, **facts), model)
        return ended(run)

    return asked


def ended(run: Run) -> Run:
    asyncio.run(execute(run.id))
    return Run.objects.select_related("patch", "experiment").get(pk=run.pk)


def console(run: Run) -> list[str]:
    """The steps and warnings of its console."""
    return list(RunLog.objects.filter(run=run).exclude(kind="text").order_by("number").values_list("text", flat=True))


def diff(path: str, *lines: str) -> str:
    return "\n".join(["```diff", f"--- a/{path}", f"+++ b/{path}", *lines, "```"])


def test_case_20_a_patch_changes_two_deletes_one_renames_one_and_adds_one(ask: Callable[..., Run]):
    run = ask(PATCH)

    assert (run.status, run.summary, run.warnings) == (RunStatus.SUCCEEDED, "I made it so.", []), run.detail
    assert run.files_changed == [
        {"path": "files/a.md", "status": "modified", "added": 1, "removed": 1},
        {"path": "files/added.yaml", "status": "added", "added": 1, "removed": 0},
        {"path": "files/gone.md", "status": "deleted", "added": 0, "removed": 1},
        {"path": "files/new.md", "status": "renamed", "added": 0, "removed": 0, "from": "files/old name.md"},
        {"path": "prompt_text", "status": "modified", "added": 1, "removed": 1},
    ]
    assert run.patch is not None
    assert "rename from files/old name.md\nrename to files/new.md\n" in run.patch.text
    project = Project.objects.get(pk=run.project_id)
    assert project.current_draft is not None
    assert project.current_draft.version_number == run.experiment.version
    assert "files/gone.md" in project.current_draft.fields
    event = Event.objects.get(chain=str(run.project_id), action="run.succeeded").data
    assert (event["patch"], event["files_changed"]) == (run.patch_id, run.files_changed)


BETA = ("-beta", "+BETA")
UNCLEAN = {
    "wrong counts": ("@@ -1,9 +1,7 @@", " alpha", "-beta", "+BETA", " gamma"),
    "no numbers": ("@@ ... @@", " alpha", "-beta", "+BETA"),
    "a wrong line": ("@@ -40,3 +40,3 @@", " alpha", "-beta", "+BETA", " gamma"),
    "no context after": ("@@ -1,2 +1,2 @@", " alpha", "-beta", "+BETA"),
    "two sections": ("@@ -1 +1 @@", "-alpha", "+alpha", "--- a/files/a.md", "+++ b/files/a.md", "@@ -2 +2 @@", *BETA),
    "no mode": ("@@ -2 +2 @@", "-beta", "+BETA"),
}


@pytest.mark.parametrize("name", UNCLEAN)
def test_case_21_unclean_patches_are_applied_by_what_they_say(ask: Callable[..., Run], name: str):
    answer = f"Of course!\n\n{diff('files/a.md', *UNCLEAN[name])}\n\nThat is all."
    if name == "no mode":
        answer = answer.replace("--- a/", "diff --git a/files/a.md b/files/a.md\n--- a/", 1)

    run = ask(answer)

    assert (run.status, run.detail) == (RunStatus.SUCCEEDED, "")
    assert run.patch is not None
    assert run.patch.text.endswith("@@ -1,3 +1,3 @@\n alpha\n-beta\n+BETA\n gamma\n")
    assert [call.purpose for call in Call.objects.filter(run=run)] == ["generate"]


def test_case_21_white_space_that_differs_is_warned_of_and_new_files_have_all_their_lines(ask: Callable[..., Run]):
    spaced = ask(diff("files/a.md", "@@ -1,3 +1,3 @@", " alpha  ", "-beta", "+BETA", " gamma").replace("\n", "\r\n"))
    new = ask("```diff\n--- /dev/null\n+++ b/files/n.md\n@@ -0,0 +1,2 @@\n+1\n+2\n+3\n+4\n```")

    assert (spaced.status, len(spaced.warnings)) == (RunStatus.SUCCEEDED, 1)
    assert spaced.warnings[0] in console(spaced)
    assert new.files_changed == [{"path": "files/n.md", "status": "added", "added": 4, "removed": 0}]


def test_a_patch_that_does_not_fit_is_repaired_once_and_both_calls_are_on_record(ask: Callable[..., Run]):
    answers = iter([diff("files/a.md", "@@ -1 +1 @@", "-zeta", "+ZETA"), PATCH])

    run = ask(lambda asked: next(answers))

    assert run.status == RunStatus.SUCCEEDED
    assert [call.purpose for call in Call.objects.filter(run=run).order_by("number")] == ["generate", "repair"]
    assert any("Asked for a repair" in line for line in console(run))


def test_a_patch_that_cannot_be_repaired_fails_the_run_and_says_where(ask: Callable[..., Run]):
    run = ask(diff("files/a.md", "@@ -1 +1 @@", "-zeta", "+ZETA"))

    assert (run.status, run.error, run.patch_id) == (RunStatus.FAILED, "patch_rejected", None)
    assert "files/a.md" in run.detail


def test_what_is_larger_than_one_text_is_refused(ask: Callable[..., Run]):
    long = ask("x" * 1_100_000)
    patch = diff("files/a.md", "@@ -1,2 +1,2 @@", " alpha", "-beta", f"+{'y' * 600_000}")
    large = ask(patch, unsaved={"files/a.md": f"alpha\nbeta\n{'z' * 600_000}\n"})

    assert (long.status, long.error) == (RunStatus.FAILED, "bad_response")
    assert (large.status, large.error) == (RunStatus.FAILED, "patch_rejected")
    assert "files/a.md would have more than 1048576 bytes" in large.detail


FORBIDDEN = ["files/.env", "files/sub/.ENV.local", "files/a/credentials.json", "files/x.key"]


@pytest.mark.parametrize("path", FORBIDDEN)
def test_case_23_a_forbidden_path_fails_the_run_by_name_and_is_in_no_request(
    ask: Callable[..., Run], server: ScriptedProvider, path: str
):
    run = ask(f"```diff\n--- /dev/null\n+++ b/{path}\n@@ -0,0 +1 @@\n+x\n```", "Look at .env and sub/x.key")

    assert (run.status, run.error) == (RunStatus.FAILED, "forbidden_path")
    assert path in run.detail
    assert Call.objects.filter(run=run).count() == 1
    sent = json.dumps([asked.body for asked in server.asked])
    assert "gamma" in sent
    assert not any(secret in sent for secret in ("t0p-s3cret", "k3y-bytes"))


def test_case_23_a_forbidden_file_is_not_renamed(ask: Callable[..., Run]):
    rename = "rename from files/.env\nrename to files/readme.txt"
    run = ask(f"```diff\ndiff --git a/files/.env b/files/readme.txt\n{rename}\n```")

    assert (run.error, "files/.env" in run.detail) == ("forbidden_path", True)


def test_case_25_what_is_not_read_is_told_in_the_console(ask: Callable[..., Run]):
    run = ask("NO CHANGES")

    assert console(run)[:2] == ["Read 5 files, 84 bytes.", "2 files may never be read."]


def test_case_26_a_change_that_needs_nothing_succeeds_without_one(ask: Callable[..., Run]):
    run = ask("It is so already.\n\nNO CHANGES")

    assert (run.status, run.summary) == (RunStatus.SUCCEEDED, "It is so already.")
    assert (run.patch_id, run.files_changed) == (None, [])
    assert ask("NO CHANGES").summary == "No changes."


def test_the_texts_that_are_not_saved_yet_are_those_that_are_changed(ask: Callable[..., Run]):
    patch = diff("prompt_text", "@@ -1 +1 @@", "-Be kind.", "+Be kind and brief.")
    run = ask(patch, unsaved={"prompt_text": "Be kind.\n"})

    assert run.status == RunStatus.SUCCEEDED, run.detail
    assert run.patch is not None
    assert "-Be kind.\n+Be kind and brief.\n" in run.patch.text


def test_the_echo_replaces_without_a_network(committed_world: World):
    world = committed_world
    save(world, {"files/a.md": "alpha\n"})
    text = "replace exact with brief in prompt_text, and replace alpha with omega in a.md"
    (run,) = world.start(world.experiment(kind="change", text=text), world.profile())
    run = ended(run)

    assert run.status == RunStatus.SUCCEEDED, run.detail
    assert [each["path"] for each in run.files_changed] == ["files/a.md", "prompt_text"]


def test_going_on_from_a_run_is_about_what_it_changed_and_the_patch_has_both(committed_world: World):
    world = committed_world
    save(world, {"files/a.md": "alpha\n"})
    profile = world.profile()
    experiment = world.experiment(kind="change", text="replace alpha with beta in a.md")
    first = ended(world.start(experiment, profile)[0])
    again = go_on(world, experiment, first, "replace beta with gamma in a.md")
    last = ended(world.start(again, profile)[0])
    nothing = go_on(world, experiment, last, "replace beta with delta in a.md")
    same = ended(world.start(nothing, profile)[0])

    assert last.patch is not None
    assert last.patch.text.endswith("-alpha\n+gamma\n")
    assert (same.patch_id, same.files_changed) == (last.patch_id, last.files_changed)
    record = Blob.objects.get(pk=Call.objects.get(run=last).request_id).text
    assert [each["role"] for each in json.loads(record)["messages"]] == ["user", "assistant", "user"]


def go_on(world: World, experiment: Experiment, run: Run, text: str) -> Experiment:
    post_message(caller=world.caller("ed"), experiment_id=experiment.id, text=text, base_run_id=run.id)
    return experiment
