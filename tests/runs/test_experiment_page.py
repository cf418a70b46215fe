"""The page of an experiment: what it shows of each run, and asking, stopping and trying again there."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from notifications.models import Notification
from stages.runs.answers import text_of_lines
from stages.runs.choices import Outcome
from stages.runs.llm.requests import ModelResponse
from stages.runs.models import Experiment, LogKind, Message, Run, RunStatus
from stages.runs.pages import calls, cards, text_views
from stages.runs.services import append_log, begin_call, claim_run, end_call, finish_run, replace_key
from tests.runs.world import World
from tests.workspace.conftest import Browser
from tests.workspace.html import elements
from tests.writers import Writer

MAX_QUERIES = 28

pytestmark = pytest.mark.django_db


def address(world: World, experiment: Experiment) -> str:
    return f"/projects/{world.project.id}/runs/{experiment.id}/"


def page_of(client: Client, world: World, experiment: Experiment) -> Any:
    page = client.get(address(world, experiment))
    assert page.status_code == 200
    return page


def texts(page: Any, name: str) -> list[str]:
    """The texts of the elements of a class, with single spaces."""
    found = [each for each in elements(page) if name in each.attributes.get("class", "").split()]
    return [" ".join(each.text.split()) for each in found]


def says(run: Run, *pieces: str) -> None:
    """A run is under way, and its console has these pieces of text."""
    claim = claim_run(run_id=run.id)
    assert claim is not None
    append_log(claim=claim, lines=[(LogKind.STEP, "Asks"), *((LogKind.TEXT, piece) for piece in pieces)])


def fails(run: Run, error: str) -> None:
    claim = claim_run(run_id=run.id)
    assert claim is not None
    finish_run(claim=claim, status=RunStatus.FAILED, error=error, detail="Replace it.")


def test_a_card_has_what_has_come_as_text(browser: Browser, world: World) -> None:
    experiment = world.experiment()
    first, second = world.start(experiment, world.profile(), world.profile("second"))
    says(first, "<b>Not bold</b>", " & more")
    page = page_of(browser(world.people["vic"]), world, experiment)
    assert texts(page, "answer-text") == ["<b>Not bold</b> & more", ""]
    assert b"&lt;b&gt;Not bold&lt;/b&gt; &amp; more" in page.content
    assert [text.split()[1] for text in texts(page, "run-number")] == ["1", "2"]
    assert second.status == RunStatus.QUEUED


def test_text_after_a_step_begins_anew() -> None:
    lines = [(LogKind.STEP, "Asks"), (LogKind.TEXT, "lost"), (LogKind.WARNING, "!"), (LogKind.TEXT, " words")]
    assert text_of_lines(lines) == "lost words"
    assert text_of_lines([*lines, (LogKind.STEP, "Asks"), (LogKind.TEXT, "new")]) == "new"


def test_a_failed_run_says_why_and_is_tried_again(browser: Browser, world: World) -> None:
    experiment = world.experiment()
    (run,) = world.start(experiment, world.profile(display_name="House"))
    ed = browser(world.people["ed"])
    assert texts(page_of(ed, world, experiment), "experiment-cost") == ["$0.00 so far"]
    fails(run, "overloaded")
    assert texts(page_of(ed, world, experiment), "experiment-cost") == ["$0.00"]
    (failure,) = texts(page_of(ed, world, experiment), "run-failure")
    assert "House did not answer. The provider is overloaded. Replace it. Nothing was charged." in failure
    assert ed.post(f"/projects/{world.project.id}/runs/run/{run.id}/retry/").status_code == 302
    page = page_of(ed, world, experiment)
    assert texts(page, "run-failure") == []
    assert len(texts(page, "run-answer")) == 1


def test_owners_are_asked_for_a_new_key(browser: Browser, world: World) -> None:
    experiment = world.experiment()
    facts = {"provider": "openai", "model_name": "gpt", "key": "sk-abc-0123456789"}
    (run,) = world.start(experiment, world.profile(display_name="House", **facts))
    fails(run, "authentication")
    ed, olga = browser(world.people["ed"]), browser(world.people["olga"])
    owner = world.people["olga"]
    (failure,) = texts(page_of(ed, world, experiment), "run-failure")
    assert f"{owner.display_name} can replace the key in Models" in failure
    assert ed.post(f"/projects/{world.project.id}/runs/run/{run.id}/ask-key/").status_code == 302
    (line,) = Notification.objects.of(owner)
    assert (line.kind, line.facts["display_name"]) == ("profile.key_requested", "House")
    assert "Replace the key…" in texts(page_of(olga, world, experiment), "run-failure")[0]
    replace_key(caller=world.caller("olga"), profile_id=run.profile_id, key="sk-another-0123456789")
    (failure,) = texts(page_of(ed, world, experiment), "run-failure")
    assert "Its key was replaced since." in failure
    assert "Try again" in failure


def test_a_request_that_was_refused_can_be_made_about_the_newest_version(browser: Browser, world: World) -> None:
    experiment = world.experiment()
    (run,) = world.start(experiment, world.profile())
    fails(run, "invalid_request")
    ed = browser(world.people["ed"])
    assert "Try again" in texts(page_of(ed, world, experiment), "run-failure")[0]
    writer = Writer(world.caller("ed"), world.project)
    writer.save({"prompt_text": "Be brief."}, writer.take(), base=1)
    (failure,) = texts(page_of(ed, world, experiment), "run-failure")
    assert "It was asked about v1; v2 is current now." in failure
    assert "Run on v2" in failure


def test_what_was_typed_stays_in_the_form_when_it_is_refused(browser: Browser, world: World) -> None:
    experiment, profile = world.experiment(), world.profile()
    ed = browser(world.people["ed"])
    refused = ed.post(address(world, experiment), {"text": "And at night?"})
    assert refused.status_code == 400
    assert "And at night?" in refused.content.decode()
    assert texts(refused, "field-error") == ["Choose a model."]
    asked = ed.post(address(world, experiment), {"text": "And\r\nat night?", "profile": str(profile.id)})
    assert asked.status_code == 302
    assert Message.objects.get(experiment=experiment, number=2).content.text == "And\nat night?"


def test_only_who_may_ask_has_the_form(browser: Browser, world: World) -> None:
    experiment = world.experiment()
    world.start(experiment, world.profile())
    for name, forms, stops in (("ed", 1, 1), ("rae", 1, 0), ("vic", 0, 0)):
        page = page_of(browser(world.people[name]), world, experiment)
        assert len(texts(page, "run-composer")) == forms
        assert page.content.count(b'id="stop-all"') == stops


def test_an_experiment_of_another_project_is_not_there(browser: Browser, world: World) -> None:
    experiment = world.experiment()
    ed = browser(world.people["ed"])
    elsewhere = address(world, experiment).replace(str(world.project.id), "01890000-0000-7000-8000-000000000000")
    assert ed.get(elsewhere).status_code == 404


def test_the_log_has_the_lines_of_all_runs_or_of_one(browser: Browser, world: World) -> None:
    experiment = world.experiment()
    first, second = world.start(experiment, world.profile(), world.profile("second"))
    says(first, "one\ntwo")
    says(second, "three")
    vic = browser(world.people["vic"])
    every = log_of(vic, address(world, experiment) + "log/")
    one = log_of(vic, address(world, experiment) + f"log/?run={second.id}")
    assert [line.split("\t")[1:] for line in every if "\ttext\t" in line] == [
        ["1", "text", "one\\ntwo"],
        ["2", "text", "three"],
    ]
    assert [line.split("\t")[1:] for line in one] == [["2", "step", "Asks"], ["2", "text", "three"]]


def log_of(client: Client, path: str) -> list[str]:
    """The lines of a file that is sent piece by piece."""
    return b"".join(client.get(path)).decode().splitlines()


def test_a_log_is_read_in_parts(browser: Browser, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_views, "LINES", 2)
    monkeypatch.setattr(text_views, "PIECE", 40)
    experiment = world.experiment()
    for run in world.start(experiment, world.profile(), world.profile("second")):
        says(run, *map(str, range(5)))
    answer = browser(world.people["vic"]).get(address(world, experiment) + "log/")
    pieces = list(answer)
    assert len(pieces) > 2
    lines = [line.split("\t")[1:] for line in b"".join(pieces).decode().splitlines()]
    assert [line for line in lines if line[1] == "text"] == [[run, "text", str(n)] for run in "12" for n in range(5)]


def test_a_long_answer_and_many_calls_are_cut(browser: Browser, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cards, "MAX_ANSWER", 5)
    monkeypatch.setattr(calls, "MAX_CALLS", 2)
    experiment, profile = world.experiment(), world.profile()
    (run,) = world.start(experiment, profile)
    claim = claim_run(run_id=run.id)
    assert claim is not None
    for number in range(3):
        call = begin_call(
            claim=claim,
            profile=profile,
            record=f'{{"host": "here", "model": "{number}", "system": "", "provider": ""}}',
        )
        end_call(claim=claim, call=call, response=ModelResponse("äöüßé!", (), Outcome.COMPLETED, "stop", "", "", 1, 1))
    finish_run(claim=claim, status=RunStatus.SUCCEEDED)

    vic = browser(world.people["vic"])
    page = page_of(vic, world, experiment)
    assert texts(page, "answer-text") == ["äöüßé"]
    assert (page.content.count(b'class="call"'), b"newest 2 of 3 calls" in page.content) == (2, True)
    whole = f"/projects/{world.project.id}/runs/run/{run.id}/answer/"
    assert whole in page.content.decode()
    assert vic.get(whole).content.decode() == "äöüßé!"


def test_the_panel_says_who_reads_what_is_asked(browser: Browser, world: World) -> None:
    page = browser(world.people["ed"]).get(f"/projects/{world.project.id}/runs/try/")
    assert "everybody who can read the project" in texts(page, "try-kept")[0]


def test_more_questions_and_runs_take_no_more_queries(browser: Browser, world: World) -> None:
    experiment, profiles = world.experiment(), [world.profile(f"model-{number}") for number in range(4)]
    vic = browser(world.people["vic"])
    for run in world.start(experiment, *profiles):
        says(run, "one")
    page_of(vic, world, experiment)
    with CaptureQueriesContext(connection) as before:
        page_of(vic, world, experiment)
    for run in world.start(experiment, *profiles):
        says(run, "two")
    with CaptureQueriesContext(connection) as after:
        page_of(vic, world, experiment)
    assert len(after) <= len(before) <= MAX_QUERIES
