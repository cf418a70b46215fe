"""Drift is compared by content, at every reading, and only for what the proposal changes."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from audit.models import Event
from drafts.compare.merging import Merge, merge_texts
from drafts.services import revert_draft
from kernel.errors import Conflict, Drifted
from notifications.models import Notification
from proposals import drift_lines, jobs
from proposals.comparing import comparison
from proposals.drift_lines import notify_of_drift
from proposals.jobs import look_after_proposals
from proposals.locked_rows import lock_proposal
from proposals.models import Change, Proposal
from proposals.reading import preview, proposal_body, proposal_summaries
from proposals.services import discard_proposal, resolve_drift
from tests.proposals.conftest import PROMPT, World, changed
from tests.rest.client import Api, members

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


@pytest.mark.parametrize(
    "theirs",
    [changed(), changed(line_2="two")],
    ids=["language alone", "language and text"],
)
def test_merging_keeps_the_language_that_somebody_gave_a_file(world: World, theirs: str):
    world.save("mara", files__x={"content": changed(), "language": "python"})
    proposal = world.stage({"files/x": {"content": changed(line_8="eight"), "language": "python"}})
    world.save("mara", files__x={"content": theirs, "language": "shell"})
    assert drift(world, proposal) == ["clean"]

    resolve(world, proposal, "merge", "files/x")
    world.accept(proposal)

    assert world.current().fields["files/x"].language == "shell"


def test_merging_keeps_the_language_that_is_proposed(world: World):
    world.save("mara", files__x={"content": changed(), "language": "python"})
    proposal = world.stage({"files/x": {"content": changed(), "language": "shell"}})
    world.save("mara", files__x={"content": changed(line_2="two"), "language": "python"})
    resolve(world, proposal, "merge", "files/x")
    world.accept(proposal)
    assert world.current().fields["files/x"].language == "shell"


def test_one_that_is_discarded_meanwhile_keeps_no_other_from_its_line(world: World, monkeypatch: pytest.MonkeyPatch):
    discarded = world.stage()
    world.open()
    world.save("mara", prompt_text=changed(line_2="two"))

    def lock_too_late(proposal_id: UUID) -> Proposal:
        if proposal_id == discarded.id:
            discard_proposal(caller=world.caller("ed"), proposal_id=discarded.id)
        return lock_proposal(proposal_id)

    monkeypatch.setattr(drift_lines, "lock_proposal", lock_too_late)
    assert notify_of_drift() == 1
    assert lines_told(world) == 1


def test_drift_is_told_though_a_proposal_cannot_be_ended(world: World, monkeypatch: pytest.MonkeyPatch):
    def fail() -> int:
        raise Conflict("It cannot be ended.")

    world.open()
    world.save("mara", prompt_text=changed(line_2="two"))
    monkeypatch.setattr(jobs, "expire_proposals", fail)
    with pytest.raises(Conflict):
        look_after_proposals(timestamp=0)
    assert lines_told(world) == 1


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


def test_what_merging_takes_is_found_out_once(world: World, monkeypatch: pytest.MonkeyPatch):
    merged: list[str] = []

    def merge(base: str, theirs: str, yours: str) -> Merge:
        merged.append(yours)
        return merge_texts(base, theirs, yours)

    monkeypatch.setattr("proposals.drift.merge_texts", merge)
    unique = str(uuid4())
    first, second = (world.open({"prompt_text": changed(line_5=f"{unique} {name}")}) for name in ("a", "b"))
    world.save("mara", prompt_text=changed(line_5=unique))
    for _ in range(2):
        assert [drift(world, each) for each in (first, second)] == [["choices"], ["choices"]]
    assert len(merged) == 2


def test_large_texts_are_merged_only_when_somebody_asks_for_it(world: World, monkeypatch: pytest.MonkeyPatch):
    unique = str(uuid4())
    proposal = world.stage({"prompt_text": changed(line_8=unique)})
    world.save("mara", prompt_text=changed(line_2="two"))
    monkeypatch.setattr("proposals.drift.LARGEST", len(PROMPT))
    found = Proposal.objects.with_people().get(pk=proposal.id)
    (target,) = proposal_body(found, user=world.people["ed"])["targets"]
    assert (target["drift"], target["choices"]) == ("choices", 0)
    resolve(world, proposal, "merge")
    assert Change.objects.get(proposal=proposal).value == changed(line_2="two", line_8=unique)


def test_one_reading_merges_only_so_much(world: World, monkeypatch: pytest.MonkeyPatch):
    unique = str(uuid4())
    proposals = [world.open({"prompt_text": changed(line_8=f"{unique} {number}")}) for number in range(2)]
    world.save("mara", prompt_text=changed(line_2="two"))
    monkeypatch.setattr("proposals.drift.MAX_MERGED", 4 * len(PROMPT))
    told = []
    for _ in range(2):
        found = proposal_summaries(list(Proposal.objects.with_people()), user=world.people["rae"])
        told.append(sorted(str(each.movements[0].drift) for each in found if each.proposal in proposals))
    assert told == [["choices", "clean"], ["clean", "clean"]]


def test_large_texts_are_compared_one_by_one(world: World, monkeypatch: pytest.MonkeyPatch):
    proposal = world.open({"prompt_text": changed(line_8="eight"), "files/a.md": {"content": "new\n"}})
    monkeypatch.setattr("proposals.comparing.MAX_READ", 10)
    rae, path = Api(world.people["rae"]), f"proposals/{proposal.id}/compare/"
    assert rae.get(path).status_code == 413
    for name in ("prompt_text", "files/a.md"):
        assert [each["field"] for each in members(rae.get(f"{path}?field={name}"))["fields"]] == [name]
    assert rae.get(f"{path}?field=files/b.md").status_code == 404


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
