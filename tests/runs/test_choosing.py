"""A run that answered is chosen, and carried on."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from audit.models import Event
from audit.verification import verify
from drafts.models import Draft
from kernel.errors import Conflict, NotFound, PermissionDenied
from notifications.models import Notification
from proposals.models import Change, Proposal
from proposals.services import discard_proposal, submit_proposal
from stages.runs.execution import execute
from stages.runs.models import Run, RunStatus
from stages.runs.services import archive_experiment, choose_run, claim_run, finish_run, post_message
from tests.rest.client import Api, members
from tests.runs.test_changing import FILES, PATCH, save
from tests.runs.world import World, new_world

OTHER = UUID("01890000-0000-7000-8000-000000000000")


@pytest.fixture
def choice(world: World) -> dict[str, Any]:
    return {"chosen_at": timezone.now(), "chosen_by": world.people["ed"]}


def succeeded(world: World, name: str = "house") -> Run:
    """A run that answered."""
    (run,) = world.start(world.experiment(), world.profile(name))
    claim = claim_run(run_id=run.id)
    assert claim is not None
    finish_run(claim=claim, status=RunStatus.SUCCEEDED)
    run.refresh_from_db()
    return run


def test_c08_the_database_takes_one_choice_of_a_run_that_succeeded(world: World, choice: dict[str, Any]):
    rows = Run.objects.filter(pk=succeeded(world).pk)
    for other in ({"summary": "x"}, {"chosen_at": timezone.now()}, {**choice, "summary": "x"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**other)

    rows.update(**choice)

    for change in (choice, {"chosen_by": world.people["olga"]}, {"chosen_at": None, "chosen_by": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**change)


def test_the_database_refuses_the_choice_of_a_run_that_did_not_succeed(world: World, choice: dict[str, Any]):
    (run,) = world.start(world.experiment(), world.profile())
    claim = claim_run(run_id=run.id)
    assert claim is not None
    rows = Run.objects.filter(pk=run.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(**choice)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(**choice, status=RunStatus.SUCCEEDED, ended_at=timezone.now())
    finish_run(claim=claim, status=RunStatus.FAILED, error="internal")
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(**choice)


def changed(world: World, text: str, name: str = "house", by: str = "ed", **facts: Any) -> Run:
    """A run of the echo that changes the files, ended."""
    (run,) = world.start(world.experiment(by, kind="change", text=text, **facts), world.profile(name), by=by)
    asyncio.run(execute(run.id))
    return Run.objects.get(pk=run.pk)


def staged(proposal: Proposal) -> dict[str, Any]:
    return {change.target: (change.value, change.base_version) for change in Change.objects.filter(proposal=proposal)}


def test_case_20_choosing_makes_a_private_proposal_on_the_version(committed_world: World):
    world = committed_world
    save(world, FILES)
    run = changed(world, "replace beta with BETA in a.md")
    before = Draft.objects.of_project(world.project.id).count()

    choice = choose_run(caller=world.caller("olga"), run_id=run.id)

    proposal = choice.proposal
    assert proposal is not None
    assert (proposal.state, proposal.author_id) == ("private", world.people["olga"].id)
    assert (proposal.origin_type, proposal.origin_id, proposal.title) == ("run", str(run.id), "Shorter answers")
    assert staged(proposal) == {"files/a.md": ("alpha\nBETA\ngamma\n", run.experiment.version)}
    people = {run.profile.agent_id, world.people["ed"].id, world.people["olga"].id}
    assert {each["id"] for each in proposal.contributors} == set(map(str, people))
    assert Draft.objects.of_project(world.project.id).count() == before
    event = Event.objects.get(chain=str(world.project.id), action="run.chosen")
    assert event.data["proposal_id"] == str(proposal.id) == str(choice.run.proposal_id)
    assert (choice.run.chosen_by_id, choice.run.chosen_at) == (world.people["olga"].id, event.at)
    assert Notification.objects.filter(recipient=world.people["ed"], kind="run.chosen").count() == 1


def test_what_a_patch_renames_deletes_and_adds_is_staged(committed_world: World):
    world = committed_world
    save(world, FILES)
    profile = world.profile()
    (run,) = world.start(world.experiment(kind="change"), profile)
    claim = claim_run(run_id=run.id)
    assert claim is not None
    patch = PATCH.partition("```diff\n")[2].removesuffix("```\n")
    finish_run(claim=claim, status=RunStatus.SUCCEEDED, patch=patch)

    proposal = choose_run(caller=world.caller("ed"), run_id=run.id).proposal

    assert proposal is not None
    assert {name: value for name, (value, _) in staged(proposal).items()} == {
        "files/a.md": "alpha\nBETA\ngamma\n",
        "files/added.yaml": "a: 1\n",
        "files/gone.md": None,
        "files/new.md": "stays\n",
        "files/old name.md": None,
        "prompt_text": "Be brief.",
    }
    languages = dict(Change.objects.filter(proposal=proposal).values_list("target", "language"))
    assert languages["files/added.yaml"] == "yaml"


def test_only_who_sees_a_proposal_finds_its_id_at_the_run(committed_world: World):
    world = committed_world
    save(world, FILES)
    run = changed(world, "replace beta with BETA in a.md")
    proposal = choose_run(caller=world.caller("rae"), run_id=run.id).proposal
    assert proposal is not None
    ran = f"/api/v1/runs/{run.id}/"

    def shown(name: str) -> set[str | None]:
        """What somebody reads in the run, in the list of runs, and when they choose it, too."""
        api = Api(world.people[name])
        (listed,) = members(api.get(f"/api/v1/experiments/{run.experiment_id}/runs/"))["results"]
        chosen = [members(api.post(f"{ran}choose/"))["run"]] if name != "vic" else []
        return {each["chosen"]["proposal_id"] for each in (members(api.get(ran)), listed, *chosen)}

    assert (shown("rae"), shown("ed"), shown("vic")) == ({str(proposal.id)}, {None}, {None})
    line = Notification.objects.get(recipient=world.people["ed"], kind="run.chosen")
    assert str(proposal.id) not in str(line.facts)
    submit_proposal(caller=world.caller("rae"), proposal_id=proposal.id)
    assert shown("vic") == {str(proposal.id)}


def test_choosing_again_gives_the_same_proposal_and_others_their_own(committed_world: World):
    world = committed_world
    run = changed(world, "replace exact with brief in prompt_text", by="rae")
    first = choose_run(caller=world.caller("rae"), run_id=run.id).proposal
    again = choose_run(caller=world.caller("rae"), run_id=run.id).proposal
    other = choose_run(caller=world.caller("olga"), run_id=run.id)

    assert first is not None
    assert first == again
    assert other.proposal not in (None, first)
    assert (other.run.chosen_by_id, other.run.proposal_id) == (world.people["rae"].id, first.id)
    assert Event.objects.filter(chain=str(world.project.id), action="run.chosen").count() == 1
    discard_proposal(caller=world.caller("rae"), proposal_id=first.id)
    assert choose_run(caller=world.caller("rae"), run_id=run.id).proposal not in (None, first)


def test_a_repeated_request_answers_what_the_first_did(committed_world: World):
    world = committed_world
    run = changed(world, "replace exact with brief in prompt_text")
    caller = world.caller("ed", client_ref=OTHER)

    assert choose_run(caller=caller, run_id=run.id).proposal == choose_run(caller=caller, run_id=run.id).proposal
    assert Proposal.objects.filter(project=world.project).count() == 1


def test_c21_who_wrote_unsaved_texts_and_earlier_runs_is_a_contributor(committed_world: World):
    world = committed_world
    unsaved = {"prompt_text": "Be kind."}
    first = changed(world, "replace kind with brief in prompt_text", by="ed", unsaved=unsaved)
    text = "replace brief with calm in prompt_text"
    post_message(caller=world.caller("rae"), experiment_id=first.experiment_id, text=text, base_run_id=first.id)
    (last,) = world.start(first.experiment, world.profile("second"))
    asyncio.run(execute(last.id))

    proposal = choose_run(caller=world.caller("olga"), run_id=last.id).proposal

    assert proposal is not None
    assert {change: value for change, (value, _) in staged(proposal).items()} == {"prompt_text": "Be calm."}
    people = {world.people[name].id for name in ("rae", "ed", "olga")}
    assert {each["id"] for each in proposal.contributors} == set(
        map(str, people | {first.profile.agent_id, last.profile.agent_id})
    )


def test_case_26_what_changed_nothing_is_not_chosen(committed_world: World):
    world = committed_world
    run = changed(world, "replace nowhere with anything in prompt_text")

    assert (run.status, run.patch_id) == (RunStatus.SUCCEEDED, None)
    with pytest.raises(Conflict, match="changed nothing"):
        choose_run(caller=world.caller("ed"), run_id=run.id)
    assert Api(world.people["ed"]).post(f"/api/v1/runs/{run.id}/choose/").json()["code"] == "conflict"


def test_an_answer_is_marked_and_nothing_is_made_of_it(world: World):
    choice = choose_run(caller=world.caller("ed"), run_id=succeeded(world).id)

    assert (choice.proposal, choice.run.proposal_id) == (None, None)
    assert choice.run.chosen_by == world.people["ed"]


def test_only_a_run_that_succeeded_in_an_open_experiment_is_chosen(world: World):
    (run,) = world.start(world.experiment(), world.profile())
    with pytest.raises(Conflict, match="succeeded"):
        choose_run(caller=world.caller("ed"), run_id=run.id)
    done = succeeded(world, "second")
    with pytest.raises(PermissionDenied):
        choose_run(caller=world.caller("vic"), run_id=done.id)
    with pytest.raises(NotFound):
        choose_run(caller=world.caller("outsider"), run_id=done.id)
    archive_experiment(caller=world.caller("ed"), experiment_id=done.experiment_id)
    with pytest.raises(Conflict, match="archived"):
        choose_run(caller=world.caller("ed"), run_id=done.id)


def test_programs_choose_and_read_the_patch(committed_world: World):
    world = committed_world
    run = changed(world, "replace exact with brief in prompt_text")
    ed, vic = Api(world.people["ed"]), Api(world.people["vic"])

    assert members(vic.get(f"/api/v1/runs/{run.id}/"))["chosen"] is None
    patch = members(vic.get(f"/api/v1/runs/{run.id}/patch/"))
    assert "-Be exact.\n" in patch["patch"]
    assert patch["files_changed"] == run.files_changed
    answer = members(ed.post(f"/api/v1/runs/{run.id}/choose/"))
    assert answer["run"]["chosen"]["proposal_id"] == answer["proposal_id"]
    assert members(vic.get(f"/api/v1/runs/{run.id}/"))["chosen"]["by"]["id"] == str(world.people["ed"].id)


def test_the_trail_verifies_with_a_chosen_run_and_notices_another_chooser(own_db: None):
    world = new_world()
    run = changed(world, "replace exact with brief in prompt_text")
    choose_run(caller=world.caller("ed"), run_id=run.id)
    assert verify().findings == []

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE runs_run DISABLE TRIGGER USER")
        cursor.execute("UPDATE runs_run SET chosen_by_id = %s WHERE id = %s", [world.people["rae"].id, run.id])
        cursor.execute("ALTER TABLE runs_run ENABLE TRIGGER USER")

    (found,) = verify().findings
    assert "its chosen by was changed" in found.what
