"""Drift is compared by content, at every reading, and only for what the proposal changes."""

from __future__ import annotations

from typing import Any

import pytest

from audit.models import Event
from drafts.services import revert_draft
from kernel.errors import Conflict, Drifted
from notifications.models import Notification
from proposals.drift_lines import notify_of_drift
from proposals.models import Change, Proposal
from proposals.reading import comparison, preview, proposal_body
from proposals.services import discard_proposal, resolve_drift
from tests.proposals.conftest import PROMPT, World, changed

pytestmark = pytest.mark.django_db


def drift(world: World, proposal: Proposal, by: str = "ed") -> list[str]:
    found = Proposal.objects.with_people().get(pk=proposal.id)
    return [str(each["drift"]) for each in proposal_body(found, user=world.people[by])["targets"]]


def resolve(world: World, proposal: Proposal, how: str, target: str = "prompt_text") -> Proposal:
    return resolve_drift(caller=world.caller("ed"), proposal_id=proposal.id, target=target, how=how)


def lines_told(world: World, name: str = "ed") -> int:
    return Notification.objects.filter(recipient=world.people[name], kind="proposal.drifted").count()


def test_another_field_is_irrelevant(world: World):
    proposal = world.open()
    world.save("mara", model_configuration='{"temperature": 0.9}')
    assert drift(world, proposal) == ["none"]
    world.accept(proposal)
    current = world.current()
    assert (current.version_number, current.model_configuration_text) == (3, '{"temperature": 0.9}')
    assert current.prompt_text == changed(line_8="eight")


def test_the_same_field_blocks(world: World):
    proposal = world.open()
    theirs = world.save("mara", prompt_text=changed(line_2="two"))
    assert drift(world, proposal) == ["clean"]
    events = Event.objects.of_project(world.project.id).count()
    with pytest.raises(Drifted) as refusal:
        world.accept(proposal)
    hashes: Any = refusal.value.extra["targets"]
    assert hashes["prompt_text"]["now"] == theirs.sha256_of("prompt_text")
    assert len({*hashes["prompt_text"].values()}) == 3
    assert (world.version, Event.objects.of_project(world.project.id).count()) == (2, events)


def test_the_inbox_tells_of_a_drift_once_for_each_version(world: World):
    proposal = world.stage()
    notify_of_drift()
    world.save("mara", prompt_text=changed(line_2="two"))
    for _ in range(2):
        notify_of_drift()
    assert lines_told(world) == 1
    world.save("mara", model_configuration="{}")
    notify_of_drift()
    assert lines_told(world) == 1
    discard_proposal(caller=world.caller("ed"), proposal_id=proposal.id)
    assert lines_told(world) == 0


def test_keeping_mine_makes_it_a_change_of_what_is_there(world: World):
    proposal = world.stage()
    theirs = world.save("mara", prompt_text=changed(line_2="two"))
    resolve(world, proposal, "mine")
    assert drift(world, proposal) == ["none"]
    world.accept(proposal)
    assert world.current().prompt_text == changed(line_8="eight")
    saved = Event.objects.of_project(world.project.id).filter(action="draft.saved").last()
    assert saved is not None
    assert saved.data["fields"]["prompt_text"]["before"] == theirs.sha256_of("prompt_text")


def test_using_the_current_text_drops_the_change(world: World):
    proposal = world.stage()
    world.save("mara", prompt_text=changed(line_2="two"))
    resolve(world, proposal, "current")
    with pytest.raises(Conflict, match="changes nothing"):
        world.submit(proposal)
    both = world.stage({"prompt_text": "x", "files/a.md": {"content": "y"}})
    resolve(world, both, "current")
    assert [change.target for change in Change.objects.filter(proposal=both)] == ["files/a.md"]


def test_other_lines_merge_by_themselves(world: World):
    proposal = world.stage()
    theirs = world.save("mara", prompt_text=changed(line_2="two"))
    resolve(world, proposal, "merge")
    change = Change.objects.get(proposal=proposal)
    assert change.value == changed(line_2="two", line_8="eight")
    base: Any = change.base
    assert (base["sha256"], change.base_version) == (theirs.sha256_of("prompt_text"), 2)


def test_the_same_line_takes_a_choice(world: World):
    proposal = world.stage({"prompt_text": changed(line_5="fünf")})
    world.save("mara", prompt_text=changed(line_5="five"))
    assert drift(world, proposal) == ["choices"]
    with pytest.raises(Drifted) as refusal:
        resolve(world, proposal, "merge")
    parts: Any = refusal.value.extra["parts"]
    (conflict,) = [part for part in parts if part["kind"] == "conflict"]
    assert conflict == {"kind": "conflict", "base": ["line 5"], "theirs": ["five"], "yours": ["fünf"]}
    assert Change.objects.get(proposal=proposal).value == changed(line_5="fünf")


def test_a_field_that_went_and_came_back_has_not_drifted(world: World):
    proposal = world.open()
    world.save("mara", prompt_text=changed(line_2="two"))
    revert_draft(caller=world.caller("mara"), project_id=world.project.id, version=1, reason="Back")
    assert world.current().prompt_text == PROMPT
    assert drift(world, proposal) == ["none"]
    world.accept(proposal)


def test_what_is_there_already_needs_nothing(world: World):
    proposal = world.open({"prompt_text": changed(line_8="eight"), "files/a.md": {"content": "new"}})
    world.save("mara", prompt_text=changed(line_8="eight"))
    assert drift(world, proposal) == ["none", "none"]
    world.accept(proposal)
    assert world.current().changed_fields == ["files/a.md"]


def test_nothing_left_to_change_is_a_conflict(world: World):
    proposal = world.open()
    world.save("mara", prompt_text=changed(line_8="eight"))
    with pytest.raises(Conflict, match="there already"):
        world.accept(proposal)


def test_a_file_that_came_meanwhile_under_a_colliding_name_is_named(world: World):
    proposal = world.open({"files/a.md": {"content": "new"}})
    world.save("mara", **{"files/A.md": {"content": "other"}})
    with pytest.raises(Conflict, match=r"(?i)a\.md.*a\.md"):
        world.accept(proposal)


def test_removing_a_file_that_is_gone_counts_as_done(world: World):
    world.save("mara", **{"files/a.md": {"content": "old"}})
    proposal = world.open({"files/a.md": None, "files/b.md": {"content": "new"}})
    world.save("mara", **{"files/a.md": None})
    world.accept(proposal)
    assert world.current().changed_fields == ["files/b.md"]


def test_it_is_compared_with_what_is_there_and_with_what_it_was_made_from(world: World):
    proposal = world.open()
    world.save("mara", prompt_text=changed(line_2="two"))
    found = Proposal.objects.with_people().get(pk=proposal.id)
    told = {}
    for against in ("current", "base", "round"):
        (field,) = comparison(found, user=world.people["mara"], number=1, against=against)["fields"] or [None]
        told[against] = field and field["counts"]["lines_added"]
    assert told == {"current": 2, "base": 1, "round": None}
    assert preview(found, user=world.people["mara"])["base_version"] == 2
