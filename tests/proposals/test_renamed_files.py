"""A file that is renamed while somebody proposes to change it: the change follows, as drift that merges."""

from __future__ import annotations

from typing import Any

import pytest

from audit.verification import verify
from kernel.errors import Conflict, Drifted
from notifications.models import Notification
from proposals.comparing import comparison
from proposals.drift_lines import notify_of_drift
from proposals.models import Change, Proposal
from proposals.reading import preview
from proposals.services import comment_on_proposal, create_proposal
from tests.proposals.conftest import World, changed, threads_on
from tests.proposals.renaming import NEW, OLD, TEXT, rename, resolve, staged, target, text_of, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def filed(world: World) -> World:
    """With a file of nine lines."""
    write(world, OLD, TEXT)
    return world


def test_a_private_change_follows_to_the_new_name_at_its_acceptance(filed: World):
    proposal = staged(filed)
    rename(filed, **{NEW: OLD})

    found = target(filed, proposal)
    assert (found["target"], found["renamed"], found["drift"]) == (OLD, NEW, "clean")
    filed.accept(proposal)

    assert text_of(filed, NEW) == changed(line_8="eight")
    assert OLD not in filed.current().fields
    assert verify().findings == []


def test_a_round_is_refused_and_merging_takes_the_change_along(filed: World):
    proposal = filed.open({OLD: {"content": changed(line_8="eight")}})
    filed.vote(proposal, "rae")
    rename(filed, **{NEW: OLD})
    before = filed.version

    with pytest.raises(Drifted, match=r"a\.md was renamed to notes/b\.md") as refusal:
        filed.accept(proposal, "mara")
    targets: Any = refusal.value.extra["targets"]
    assert targets[OLD]["renamed"] == NEW
    assert target(filed, proposal, by="mara")["drift"] == "clean"
    assert filed.version == before
    resolve(filed, proposal, "merge")
    assert target(filed, proposal)["target"] == NEW
    filed.submit(proposal)
    filed.accept(proposal, "mara", number=2)

    assert text_of(filed, NEW) == changed(line_8="eight")
    assert OLD not in filed.current().fields
    assert verify().findings == []


@pytest.mark.parametrize("how", ["merge", "mine"])
def test_a_file_that_was_renamed_and_changed_is_merged_under_its_new_name(filed: World, how: str):
    proposal = staged(filed)
    rename(filed, **{NEW: OLD})
    write(filed, NEW, changed(line_2="two"))
    assert target(filed, proposal)["drift"] == "clean"

    resolve(filed, proposal, how)

    change = Change.objects.get(proposal=proposal)
    kept = {"merge": changed(line_2="two", line_8="eight"), "mine": changed(line_8="eight")}
    assert (change.target, change.value, change.base_version) == (NEW, kept[how], filed.version)
    filed.accept(proposal)
    assert text_of(filed, NEW) == kept[how]


def test_the_same_lines_take_a_choice_and_nothing_staged_is_lost(filed: World):
    proposal = staged(filed, changed(line_5="fünf"))
    rename(filed, **{NEW: OLD})
    write(filed, NEW, changed(line_5="five"))
    assert target(filed, proposal)["drift"] == "choices"

    with pytest.raises(Drifted):
        resolve(filed, proposal, "merge")

    change = Change.objects.get(proposal=proposal)
    assert (change.target, change.value) == (OLD, changed(line_5="fünf"))


def test_submitting_names_the_file_as_it_is_called(filed: World):
    proposal = staged(filed)
    rename(filed, **{NEW: OLD})
    rename(filed, **{"files/c.md": NEW})
    filed.submit(proposal)

    assert target(filed, proposal)["target"] == "files/c.md"
    assert target(filed, proposal)["drift"] == "none"
    rename(filed, **{"files/d.md": "files/c.md"})
    assert target(filed, proposal)["renamed"] == "files/d.md"


def test_a_removal_follows_too(filed: World):
    proposal = filed.stage({OLD: None})
    rename(filed, **{NEW: OLD})
    assert target(filed, proposal)["drift"] == "clean"
    filed.accept(proposal)
    assert not {OLD, NEW} & filed.current().fields.keys()


def test_a_file_that_is_gone_under_its_new_name_needs_no_removal(filed: World):
    proposal = filed.open({OLD: None, "prompt_text": changed(line_8="eight")})
    rename(filed, **{NEW: OLD})
    write(filed, NEW, None)
    filed.accept(proposal)
    assert filed.current().changed_fields == ["prompt_text"]


def test_a_file_that_holds_what_is_proposed_under_its_new_name_needs_nothing(filed: World):
    proposal = filed.open({OLD: {"content": changed(line_8="eight")}, "prompt_text": changed(line_2="two")})
    write(filed, OLD, changed(line_8="eight"))
    rename(filed, **{NEW: OLD})
    filed.accept(proposal)
    assert filed.current().changed_fields == ["prompt_text"]
    assert text_of(filed, NEW) == changed(line_8="eight")
    assert verify().findings == []


def test_a_later_file_of_the_former_name_is_another_one(filed: World):
    proposal = staged(filed)
    rename(filed, **{NEW: OLD})
    write(filed, OLD, "Another file\n")
    filed.accept(proposal)
    assert text_of(filed, NEW) == changed(line_8="eight")
    assert text_of(filed, OLD) == "Another file\n"


def test_a_new_file_follows_nobodys_rename(world: World):
    proposal = world.stage({OLD: {"content": "mine\n"}})
    write(world, OLD, TEXT)
    rename(world, **{NEW: OLD})
    assert target(world, proposal)["renamed"] is None
    world.accept(proposal)
    assert text_of(world, OLD) == "mine\n"


def test_changes_of_both_names_are_refused_in_words_and_kept(filed: World):
    proposal = staged(filed)
    rename(filed, **{NEW: OLD})
    filed.restage(proposal, {NEW: {"content": "More\n"}})

    with pytest.raises(Conflict, match=r"a\.md was renamed to notes/b\.md, and the proposal changes both"):
        filed.submit(proposal)

    assert {change.target for change in Change.objects.filter(proposal=proposal)} == {OLD, NEW}


def test_files_that_took_each_others_place_are_both_followed(filed: World):
    write(filed, "files/b.md", "B\n")
    proposal = filed.stage({OLD: {"content": "A, mine\n"}, "files/b.md": {"content": "B, mine\n"}})
    rename(filed, **{"files/c.md": "files/b.md"})
    rename(filed, **{"files/b.md": OLD})
    filed.accept(proposal)
    assert (text_of(filed, "files/b.md"), text_of(filed, "files/c.md")) == ("A, mine\n", "B, mine\n")


def swapped(world: World) -> Proposal:
    """A proposal that changes two files, which took each other's names since."""
    write(world, "files/b.md", "B\n")
    proposal = world.stage({OLD: {"content": "A, mine\n"}, "files/b.md": {"content": "B, mine\n"}})
    rename(world, **{"files/c.md": OLD})
    rename(world, **{OLD: "files/b.md"})
    rename(world, **{"files/b.md": "files/c.md"})
    return proposal


def test_files_that_swapped_their_names_are_both_followed(filed: World):
    proposal = swapped(filed)
    filed.accept(proposal)
    assert (text_of(filed, "files/b.md"), text_of(filed, OLD)) == ("A, mine\n", "B, mine\n")


@pytest.mark.parametrize("how", ["merge", "mine"])
def test_one_of_two_files_that_swapped_their_names_is_resolved(filed: World, how: str):
    proposal = swapped(filed)
    resolve(filed, proposal, how)
    found = {change.target: change.value for change in Change.objects.filter(proposal=proposal)}
    assert found == {"files/b.md": "A, mine\n", OLD: "B, mine\n"}


@pytest.mark.parametrize("how", ["merge", "mine", "submit"])
def test_a_change_of_nothing_under_the_new_name_gives_way(filed: World, how: str):
    proposal = staged(filed)
    rename(filed, **{NEW: OLD})
    filed.restage(proposal, {NEW: {"content": TEXT}})

    if how == "submit":
        filed.submit(proposal)
    else:
        resolve(filed, proposal, how)

    (change,) = Change.objects.filter(proposal=proposal)
    assert (change.target, change.value) == (NEW, changed(line_8="eight"))
    filed.accept(proposal)
    assert text_of(filed, NEW) == changed(line_8="eight")


def test_a_change_of_nothing_gives_way_also_where_its_file_was_renamed_again(filed: World):
    proposal = staged(filed)
    rename(filed, **{NEW: OLD})
    filed.restage(proposal, {NEW: {"content": TEXT}})
    rename(filed, **{"files/c.md": NEW})
    filed.accept(proposal)
    assert text_of(filed, "files/c.md") == changed(line_8="eight")


def test_a_copy_of_a_round_follows_as_well(filed: World):
    proposal = filed.open({OLD: {"content": changed(line_8="eight")}})
    rename(filed, **{NEW: OLD})
    copied = create_proposal(
        caller=filed.caller("mara"), project_id=filed.project.id, title="Mine", copy_of=proposal.id
    )
    filed.accept(copied, "mara")
    assert text_of(filed, NEW) == changed(line_8="eight")


def test_what_is_shown_is_compared_with_the_file_under_its_new_name(filed: World):
    proposal = filed.open({OLD: {"content": changed(line_8="eight")}})
    rename(filed, **{NEW: OLD})
    found = Proposal.objects.with_people().get(pk=proposal.id)
    reader = filed.people["mara"]

    (field,) = comparison(found, user=reader, number=None, against="current")["fields"]
    assert field["change"] == "changed"
    files = preview(found, user=reader)["files"]
    assert files["notes/b.md"]["content"] == changed(line_8="eight")
    assert "a.md" not in files


def test_its_author_hears_of_a_rename_once(filed: World):
    staged(filed)
    notify_of_drift()
    rename(filed, **{NEW: OLD})
    for _ in range(2):
        notify_of_drift()
    assert Notification.objects.filter(recipient=filed.people["ed"], kind="proposal.drifted").count() == 1
    filed.save("mara", prompt_text=changed(line_2="two"))
    notify_of_drift()
    assert Notification.objects.filter(recipient=filed.people["ed"], kind="proposal.drifted").count() == 1


def test_a_comment_follows_its_text_to_the_round_with_the_new_name(filed: World):
    proposal = filed.open({OLD: {"content": changed(line_8="eight")}})
    comment_on_proposal(
        caller=filed.caller("rae"),
        proposal_id=proposal.id,
        round=1,
        target=OLD,
        text="Why?",
        anchor={"from_line": 8, "to_line": 8},
    )
    rename(filed, **{NEW: OLD})
    resolve(filed, proposal, "merge")
    filed.restage(proposal, {NEW: {"content": changed(line_1="first\nand more", line_8="eight")}})
    filed.submit(proposal)

    (thread,) = threads_on(proposal)
    assert thread["field"] == NEW
    assert thread["position"]["from_line"] == 9
