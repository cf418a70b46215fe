"""Changes by position: applied at the newest revision, transformed behind it, repeated without harm, or refused."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from accounts.callers import foundry_caller
from accounts.services import deactivate_account
from kernel.crdt.edits import Edit, apply_edits
from kernel.errors import (
    ClientRefReused,
    Conflict,
    NotAuthenticated,
    NotFound,
    PayloadTooLarge,
    PermissionDenied,
    ProjectFrozen,
    ReadOnlyToken,
    ValidationFailed,
)
from projects.services import archive_project, change_role
from stages.pads.errors import PadClosed
from stages.pads.loading import read_text
from stages.pads.models import Pad, Revision, Writer
from stages.pads.services import batches, close_pad, edit_pad
from stages.pads.verification import check_records
from tests.pads.world import PROMPT, World, edit, text_of

DIGITS = "0123456789"


def digits(world: World) -> Pad:
    """A pad at revision 5 with the text of seed 001."""
    pad = world.pad()
    caller = world.session("olga")
    for number in range(5):
        edit(caller, pad, number, (2 * number, 0, DIGITS[2 * number : 2 * number + 2]))
    return pad


def test_at_the_newest_revision_it_is_applied(world: World):
    pad = digits(world)

    accepted = edit(world.session("ed"), pad, 5, (10, 0, "a"))

    assert (accepted.revision, accepted.missed) == (6, ())
    row = Revision.objects.get(pad=pad.id, revision=6)
    assert (row.edits, row.user_id, row.length, row.epoch) == ('[[10,0,"a"]]', world.people["ed"].id, 11, 1)
    assert text_of(pad) == DIGITS + "a"


def test_behind_it_is_transformed_and_the_sender_learns_what_they_missed(world: World):
    pad, ed = digits(world), world.session("ed")
    edit(world.session("mara"), pad, 5, (0, 0, "X"))

    accepted = edit(ed, pad, 5, (10, 0, "a"))

    assert (accepted.revision, accepted.missed) == (7, ((Edit(0, 0, "X"),),))
    assert Revision.objects.get(pad=pad.id, revision=7).edits == '[[11,0,"a"]]'
    own = apply_edits(DIGITS + "a", accepted.missed[0])
    assert own == text_of(pad) == "X" + DIGITS + "a"


def test_at_one_place_the_earlier_revision_stands_left(world: World):
    pad = digits(world)
    edit(world.session("mara"), pad, 5, (5, 0, "M"))
    edit(world.session("ed"), pad, 5, (5, 0, "E"))
    assert text_of(pad) == "01234ME56789"


def test_what_is_inserted_into_deleted_text_stays(world: World):
    pad, ed = world.pad(), world.session("ed")
    edit(ed, pad, 0, (0, 0, "abcde"))
    edit(world.session("mara"), pad, 1, (1, 3, ""))

    accepted = edit(ed, pad, 1, (2, 0, "x"))

    own = "abxcde"
    for missed in accepted.missed:
        own = apply_edits(own, missed)
    assert own == text_of(pad) == "axe"


def test_a_repeat_gets_the_first_answer(world: World):
    pad, ed, ref = digits(world), world.session("ed"), uuid4()
    edit(world.session("mara"), pad, 5, (0, 0, "X"))

    first = edit(ed, pad, 5, (10, 0, "a"), ref=ref)
    edit(world.session("mara"), pad, 6, (0, 1, ""))
    # On another node, in another session.
    again = edit(world.session("ed"), pad, 5, (10, 0, "a"), ref=ref)

    assert again == first
    assert text_of(pad) == DIGITS + "a"
    for revision, change in ((5, (10, 0, "b")), (6, (10, 0, "a")), (7, (11, 0, "a"))):
        with pytest.raises(ClientRefReused):
            edit(ed, pad, revision, change, ref=ref)
    # Somebody else may have chosen the same one.
    assert edit(world.session("mara"), pad, 8, (0, 0, "Y"), ref=ref).revision == 9


def test_what_changes_nothing_is_no_revision(world: World):
    pad, ed = digits(world), world.session("ed")
    edit(world.session("mara"), pad, 5, (2, 3, ""))
    assert edit(ed, pad, 6).revision == 6
    late = edit(ed, pad, 5, (3, 1, ""))
    assert (late.revision, apply_edits("012" + DIGITS[4:], late.missed[0])) == (6, text_of(pad))
    assert Pad.objects.get(pk=pad.id).head == 6


@pytest.mark.parametrize("revision", [-1, 6, 2**31 - 1])
def test_a_revision_that_is_not_there(world: World, revision: int):
    with pytest.raises(ValidationFailed) as refused:
        edit(world.session("ed"), digits(world), revision, (0, 0, "a"))
    assert list(refused.value.errors) == ["revision"]


def test_too_far_behind_it_is_a_conflict_with_the_newest_revision(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(batches, "MAX_BEHIND", 4)
    pad = digits(world)
    assert edit(world.session("ed"), pad, 1, (0, 0, "a")).revision == 6
    with pytest.raises(Conflict) as refused:
        edit(world.session("ed"), pad, 1, (0, 0, "a"))
    assert refused.value.extra == {"revision": 6}


@pytest.mark.parametrize(
    "edits",
    [
        [(11, 0, "a")],
        [(8, 3, "")],
        [(3, 0, "a"), (1, 0, "b")],
        [(1, 3, ""), (2, 0, "b")],
        [(0, 0, "a\r\nb")],
        [(0, 0, "a\0")],
        [(0, 0, "\ud83d")],
    ],
)
def test_edits_that_do_not_fit(world: World, edits: list[tuple[int, int, str]]):
    pad = digits(world)
    with pytest.raises(ValidationFailed) as refused:
        edit(world.session("ed"), pad, 5, *edits)
    assert next(iter(refused.value.errors)).startswith("edits.")
    assert (text_of(pad), Pad.objects.get(pk=pad.id).head) == (DIGITS, 5)
    assert edit(world.session("ed"), pad, 5, (0, 0, "a")).revision == 6


def test_no_edit_cuts_a_character(world: World):
    """Acceptance case 23."""
    pad, ed = world.pad(), world.session("ed")
    edit(ed, pad, 0, (0, 0, "a😀b"))
    for change in ((2, 0, "x"), (1, 1, ""), (2, 1, "")):
        with pytest.raises(ValidationFailed):
            edit(ed, pad, 1, change)
    edit(ed, pad, 1, (1, 2, "😁"))
    assert text_of(pad) == "a😁b"
    assert Pad.objects.values_list("length", "size").get(pk=pad.id) == (4, 6)


def test_a_text_has_at_most_one_mebibyte(world: World, settings):
    pad, ed = world.pad(), world.session("ed")
    limit = settings.FOUNDRY_MAX_TEXT_BYTES
    edit(ed, pad, 0, (0, 0, "é" * (limit // 2)))
    with pytest.raises(PayloadTooLarge):
        edit(ed, pad, 1, (0, 0, "a"))
    assert edit(ed, pad, 1, (0, 1, "ab")).revision == 2


def test_who_may_write(world: World):
    pad = digits(world)
    for name, refusal in (("rae", PermissionDenied), ("vic", PermissionDenied), ("outsider", NotFound)):
        with pytest.raises(refusal):
            edit(world.caller(name), pad, 5, (0, 0, "a"))
    with pytest.raises(ReadOnlyToken):
        edit(replace(world.session("ed"), is_read_only=True), pad, 5, (0, 0, "a"))
    with pytest.raises(PermissionDenied):
        edit(replace(world.caller("ed"), session_id=world.session("mara").session_id), pad, 5, (0, 0, "a"))
    with pytest.raises(NotFound):
        edit(replace(world.caller("ed"), session_id=uuid4()), pad, 5, (0, 0, "a"))
    with pytest.raises(NotFound):
        edit_pad(caller=world.session("ed"), pad_id=uuid4(), revision=0, edits=())
    assert Pad.objects.get(pk=pad.id).head == 5


def test_what_is_checked_is_checked_with_every_change(world: World):
    pad, ed, mara = digits(world), world.session("ed"), world.session("mara")
    edit(ed, pad, 5, (0, 0, "a"))
    edit(mara, pad, 6, (0, 0, "b"))
    close_pad(caller=world.caller("olga"), pad_id=pad.id)
    with pytest.raises(PadClosed):
        edit(ed, pad, 7, (0, 0, "c"))
    other = world.pad()
    edit(ed, other, 0, (0, 0, "a"))
    edit(mara, other, 1, (0, 0, "a"))
    change_role(
        caller=world.caller("olga"),
        project_id=world.project.id,
        user_id=world.people["ed"].id,
        role="viewer",
        reason="Watches now",
    )
    with pytest.raises(PermissionDenied):
        edit(ed, other, 2, (0, 0, "c"))
    archive_project(caller=world.caller("olga"), project_id=world.project.id)
    with pytest.raises(ProjectFrozen):
        edit(mara, other, 2, (0, 0, "c"))


def test_a_closed_account_writes_nothing(world: World):
    pad, ed = digits(world), world.session("ed")
    edit(ed, pad, 5, (0, 0, "a"))
    deactivate_account(caller=foundry_caller("command"), user_id=world.people["ed"].id, reason="Has left")
    with pytest.raises(NotAuthenticated):
        edit(ed, pad, 6, (0, 0, "b"))


def test_every_session_is_a_writer_and_every_character_has_its_author(world: World):
    pad = world.pad()
    first, second, mara = world.session("ed"), world.session("ed"), world.session("mara")
    edit(first, pad, 0, (0, 0, "alpha"))
    edit(mara, pad, 1, (2, 0, "X"))
    edit(second, pad, 2, (0, 1, ""))
    edit(first, pad, 3, (5, 0, "!"))

    found = read_text(pad.id)
    assert (found.text, found.authors.runs) == ("lXpha!", ((1, 1), (2, 1), (1, 4)))
    people = {writer.number: writer.user_id for writer in Writer.objects.filter(pad=pad.id)}
    assert people == {1: world.people["ed"].id, 2: world.people["mara"].id, 3: world.people["ed"].id}


def test_a_pad_begins_with_the_text_of_its_field(world: World):
    pad = world.pad(target_field="prompt_text", start="field")

    assert (pad.head, pad.length, pad.size) == (1, len(PROMPT), len(PROMPT))
    found = read_text(pad.id)
    assert (found.text, found.authors.runs) == (PROMPT, ((0, len(PROMPT)),))
    edit(world.session("ed"), pad, 1, (0, 2, "Do be"))
    assert text_of(pad) == "Do be exact."
    assert list(check_records()) == []
    for facts in ({"start": "field"}, {"start": "field", "target_field": "files/none.md"}):
        with pytest.raises(ValidationFailed) as refused:
            world.pad(**facts)
        assert list(refused.value.errors) == ["target_field"]
