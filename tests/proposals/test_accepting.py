"""Accepting a proposal: one transaction, one version, one run of events."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from audit.models import Event
from drafts.control import leases_of
from kernel.errors import Conflict, LockHeld, ProjectFrozen, StaleBase, ValidationFailed
from locking.models import WorkingCopy
from locking.working_copies import put_working_copy
from projects.models import Project
from projects.permissions import ALWAYS
from proposals import kinds
from proposals.drift_lines import notify_of_drift
from proposals.endings import END_STEPS, EndedProposal
from proposals.kinds import DEFAULT_KIND, KINDS, Kind, Staged
from proposals.models import Change, Proposal
from proposals.reading import proposal_body
from proposals.services import propose, submit_proposal
from publishing.authors import authors_of
from tests.proposals.conftest import PROMPT, World, changed
from tests.rest.client import Api, members

pytestmark = pytest.mark.django_db


def actions(world: World, after: int) -> list[str]:
    events = Event.objects.of_project(world.project.id).filter(seq__gt=after)
    return [event.action for event in events]


def newest_seq(world: World) -> int:
    event = Event.objects.of_project(world.project.id).last()
    assert event is not None
    return event.seq


def test_an_acceptance_is_one_transaction(world: World):
    proposal = world.open(
        {"prompt_text": "x", "model_configuration": {"temperature": 1}, "files/a.md": {"content": "y"}}
    )
    before, client, key = newest_seq(world), Api(world.people["mara"]), str(uuid4())
    answers = [client.post(f"proposals/{proposal.id}/accept/", {"round": 1}, idempotency_key=key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert members(answers[0])["id"] == members(answers[1])["id"]
    assert actions(world, before) == ["proposal.accepted", "draft.saved"]
    draft = world.current()
    assert (draft.version_number, draft.kind) == (2, "accept")
    assert draft.origin == {
        "type": "proposal",
        "id": str(proposal.id),
        "contributors": [{"id": str(world.people["ed"].id), "characters": None}],
    }
    saved = Event.objects.of_project(world.project.id).filter(action="draft.saved").last()
    assert saved is not None
    assert saved.data["origin"] == draft.origin
    assert [(lease.field, lease.token) for lease in leases_of(draft)] == [
        (name, saved.seq) for name in ("files/a.md", "model_configuration", "prompt_text")
    ]
    assert Proposal.objects.get(pk=proposal.id).draft == draft


def test_a_private_proposal_is_opened_in_the_acceptance(world: World):
    before, proposal = newest_seq(world), world.stage()
    world.accept(proposal)
    assert actions(world, before) == ["proposal.opened", "proposal.accepted", "draft.saved"]


def test_a_held_field_refuses_and_its_holder_may_accept(world: World):
    proposal = world.open()
    world.writer("mara").take("prompt_text")
    with pytest.raises(LockHeld) as refusal:
        world.accept(proposal, "ed")
    holder: Any = refusal.value.extra["holder"]
    assert holder["display_name"] == "Mara"
    assert world.accept(proposal, "mara").state == "accepted"


def test_a_holder_who_accepts_keeps_the_field_and_what_they_have_not_saved(world: World):
    proposal, mara = world.open(), world.writer("mara")
    lock = mara.take("prompt_text")
    unsaved: dict[str, Any] = {
        "field": "prompt_text",
        "token": lock.token,
        "revision": 1,
        "content": changed(line_8="acht"),
    }
    put_working_copy(caller=mara.caller, project_id=world.project.id, session_id=mara.session, **unsaved)

    world.accept(proposal, "mara")

    assert WorkingCopy.objects.get(lease__project=world.project).content == changed(line_8="acht")
    with pytest.raises(StaleBase) as refusal:
        mara.save({"prompt_text": changed(line_8="acht")}, lock, base=1)
    sides: Any = refusal.value.extra["fields"]
    assert sides["prompt_text"] == {
        "base": PROMPT,
        "theirs": changed(line_8="eight"),
        "yours": changed(line_8="acht"),
    }
    assert mara.save({"prompt_text": changed(line_8="acht, eight")}, lock, base=2).version_number == 3


def test_a_closed_project_is_discussed_and_not_changed(world: World):
    proposal = world.open()
    Project.objects.filter(pk=world.project.id).update(status="in_review")
    world.vote(proposal, "rae")
    assert world.open({"files/a.md": {"content": "x"}}).number == 2
    with pytest.raises(ProjectFrozen):
        world.accept(proposal)
    Project.objects.filter(pk=world.project.id).update(status="archived")
    for act in (world.stage, lambda: world.vote(proposal, "rae"), lambda: world.accept(proposal)):
        with pytest.raises(ProjectFrozen):
            act()


def test_c21_contributors_are_authors_of_the_release(world: World):
    world.accept(world.open(), "mara")
    authors = authors_of(world.current())
    assert {world.people["ed"].id, world.people["mara"].id} <= {*authors}


# A kind of an app above: notes, which live in memory.
NOTES: dict[str, Any] = {}


def _apply(write: Any, acceptance: Any, changes: Any) -> None:
    for target, change in changes.items():
        if change.after == {"text": "refuse"}:
            raise Conflict("The notes refuse this.")
        NOTES[target] = change.after


NOTE = Kind(
    name="note",
    statuses=ALWAYS,
    read=lambda project_id, targets, version: {target: NOTES.get(target) for target in targets},
    parse=lambda target, value: Staged(value, None, len(str(value))),
    check=lambda target, staged: None,
    canonical=lambda target, staged: None if staged.value is None else {"text": staged.value},
    staged=lambda content: Staged(content and content["text"], None, 0),
    texts=lambda staged: (),
    apply=_apply,
    label=lambda target: f"Note {target}",
    read_texts=lambda contents: {},
    difference=lambda target, before, after, budget: {"field": f"note:{target}", "kind": "text"},
)


@pytest.fixture
def notes() -> Any:
    NOTES.clear()
    with KINDS.replaced({**KINDS}):
        kinds.register(NOTE)
        yield NOTES


def test_an_app_above_adds_a_kind_and_mixes_it_with_fields(world: World, notes: dict[str, Any]):
    world.accept(world.open({"note:lot": "sealed", "prompt_text": "x"}))
    assert notes == {"lot": {"text": "sealed"}}
    assert world.current().prompt_text == "x"


def test_a_kind_that_refuses_leaves_nothing(world: World, notes: dict[str, Any]):
    proposal = world.open({"note:lot": "refuse", "prompt_text": "x"})
    before = newest_seq(world)
    with pytest.raises(Conflict, match="The notes refuse this"):
        world.accept(proposal)
    assert (world.version, newest_seq(world), notes) == (1, before, {})
    assert Proposal.objects.get(pk=proposal.id).state == "open"


def test_changes_of_a_kind_that_is_not_installed_any_more_stop_nobody(world: World, notes: dict[str, Any]):
    proposal = world.stage({"note:lot": "sealed", "prompt_text": "x"})
    with KINDS.replaced({DEFAULT_KIND: KINDS[DEFAULT_KIND]}):
        world.save("mara", prompt_text="theirs")
        assert notify_of_drift() == 1
        found = Proposal.objects.with_people().get(pk=proposal.id)
        targets = proposal_body(found, user=world.people["ed"])["targets"]
        assert [each["target"] for each in targets] == ["prompt_text"]
        with pytest.raises(ValidationFailed) as refusal:
            submit_proposal(caller=world.caller("ed"), proposal_id=proposal.id)
        assert set(refusal.value.errors) == {"note:lot"}
    assert Change.objects.filter(proposal=proposal).count() == 2


def test_a_kind_without_fields_makes_no_version(world: World, notes: dict[str, Any]):
    proposal = world.open({"note:lot": "sealed"})
    answer = Api(world.people["mara"]).post(f"proposals/{proposal.id}/accept/", {"round": 1})
    assert answer.status_code == 201
    assert (world.version, members(answer)["proposal"]["version"]) == (1, None)


def test_a_step_at_the_end_runs_in_its_transaction(world: World):
    seen: list[tuple[str, int | None]] = []

    def step(ended: EndedProposal) -> None:
        seen.append((ended.proposal.state, ended.draft.version_number if ended.draft else None))
        if len(seen) > 1:
            raise Conflict("The step refuses this.")

    with END_STEPS.replaced({"test": step}):
        world.accept(world.open())
        second = world.open({"files/a.md": {"content": "x"}})
        with pytest.raises(Conflict, match="The step refuses this"):
            world.accept(second)
    assert seen == [("accepted", 2), ("accepted", 3)]
    assert (world.version, Proposal.objects.get(pk=second.id).state) == (2, "open")


class TestPropose:
    """Proposing by a program."""

    def propose(self, world: World, text: str, **facts: Any) -> Proposal:
        return propose(
            caller=facts.pop("caller", None) or world.caller("bot", on_behalf_of=world.people["ed"].id),
            project_id=world.project.id,
            origin=("run", "7"),
            title="From run 7",
            changes={"prompt_text": text},
            base_version=world.version,
            **facts,
        )

    def test_the_same_origin_replaces_its_changes(self, world: World):
        first = self.propose(world, "one")
        again = self.propose(world, "two")
        assert again.id == first.id
        assert [change.value for change in again.changes.all()] == ["two"]

    def test_what_a_person_touched_is_left_alone(self, world: World):
        first = self.propose(world, "one")
        world.restage(first, {"prompt_text": "mine"})
        assert self.propose(world, "two").id != first.id

    def test_it_may_open_at_once_with_contributors_for_somebody_outside(self, world: World, make_user: Any):
        outside, writer = make_user("station", kind="agent"), world.people["rae"]
        proposal = self.propose(
            world,
            "one",
            caller=world.caller("ed").__class__(user=outside, via="job", credential="job"),
            is_open=True,
            contributors=[{"id": writer.id, "characters": 12}],
            admits=True,
        )
        assert (proposal.state, proposal.number) == ("open", 1)
        world.accept(proposal, "mara")
        origin: Any = world.current().origin
        assert {"id": str(writer.id), "characters": 12} in origin["contributors"]
