"""Acceptance cases of pads on one node, as they are written, by their numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from uuid import uuid4

import pytest

from audit.models import Event
from kernel.crdt.edits import Edit, apply_edits
from kernel.errors import Conflict, PayloadTooLarge
from stages.pads.hashes import log_hash_at
from stages.pads.loading import read_text
from stages.pads.models import Pad, Revision, Writer
from stages.pads.services import append_revisions, take_back_changes
from stages.pads.submissions import EditsSubmission
from stages.pads.verification import check_records
from tests.pads.world import World, edit, text_of
from tests.rest.client import Api, members


def joined(runs: Iterable[Sequence[int]], names: Mapping[int, str]) -> tuple[tuple[str, int], ...]:
    """Runs of the numbers of writers as runs of accounts."""
    each = ((names[number], count) for number, count in runs)
    return tuple((name, sum(count for _name, count in parts)) for name, parts in groupby(each, key=lambda run: run[0]))


def authors_of(pad: Pad) -> tuple[tuple[str, int], ...]:
    """Who wrote each part of the newest text, by the names of people."""
    names = dict(Writer.objects.filter(pad=pad.id).values_list("number", "user__display_name"))
    return joined(read_text(pad.id).authors.runs, names)


def test_04_an_insertion_into_deleted_text_stays(world: World):
    pad, ed, mara = world.pad(), world.session("ed"), world.session("mara")
    edit(mara, pad, 0, (0, 0, "abcde"))
    edit(mara, pad, 1, (1, 3, ""))
    accepted = edit(ed, pad, 1, (2, 0, "x"))
    assert text_of(pad) == "axe"
    own = apply_edits("abcde", [Edit(2, 0, "x")])
    for missed in accepted.missed:
        own = apply_edits(own, missed)
    assert own == "axe"


def test_08_five_thousand_revisions_behind_and_one_more(world: World):
    pad, ed = world.pad(), world.session("ed")
    edit(ed, pad, 0, (0, 0, "a"))
    typed = [
        EditsSubmission(caller=ed, revision=number, edits=(Edit(number, 0, "b" if number % 60 else "\n"),))
        for number in range(1, 5_001)
    ]
    append_revisions(pad_id=pad.id, submissions=typed)
    with pytest.raises(Conflict) as refused:
        edit(ed, pad, 0, (0, 0, "x"))
    assert refused.value.extra == {"revision": 5_001}
    shown = members(Api(world.people["vic"]).get(f"pads/{pad.id}/revisions/5001/"))
    assert shown["text"] == text_of(pad)
    accepted = edit(ed, pad, 1, (1, 0, "x"))
    assert (accepted.revision, len(accepted.missed)) == (5_002, 5_000)
    assert text_of(pad) == shown["text"] + "x"


def test_26_what_others_wrote_survives_a_mass_deletion_and_the_rest_is_taken_back(world: World):
    pad, ed, mara = world.pad(), world.session("ed"), world.session("mara")
    edit(ed, pad, 0, (0, 0, "by Ed "))
    edit(mara, pad, 1, (6, 0, "by Mara "))
    edit(ed, pad, 2, (6, 0, "by Ed again "))
    before, authors = text_of(pad), authors_of(pad)
    edit(ed, pad, 3, (26, 0, "since"))
    # She has been offline: her text is that of revision 3.
    assert edit(mara, pad, 3, (0, 26, "")).revision == 5
    assert text_of(pad) == "since"

    taken = take_back_changes(
        caller=world.caller("olga"), pad_id=pad.id, user_id=world.people["mara"].id, after=4, until=5
    )

    assert taken.revision == 6
    assert (text_of(pad), authors_of(pad)) == (before + "since", (*authors, ("Ed", 5)))
    assert Revision.objects.get(pad=pad.id, revision=5).user_id == world.people["mara"].id
    assert list(check_records()) == []


def test_27_a_text_of_one_mebibyte_and_a_byte(world: World):
    pad, ed = world.pad(), world.session("ed")
    edit(ed, pad, 0, (0, 0, "x" * 2**20))
    with pytest.raises(PayloadTooLarge):
        edit(ed, pad, 1, (0, 0, "y"))
    assert (Pad.objects.get(pk=pad.id).head, text_of(pad) == "x" * 2**20) == (1, True)


def test_29_each_character_has_the_account_that_typed_it(world: World):
    pad, ed, elsewhere, mara = world.pad(), world.session("ed"), world.session("ed"), world.session("mara")
    edit(ed, pad, 0, (0, 0, "alpha"))
    edit(mara, pad, 1, (2, 0, "X"))
    edit(ed, pad, 2, (0, 1, ""))
    assert text_of(pad) == "lXpha"
    assert authors_of(pad) == (("Ed", 1), ("Mara", 1), ("Ed", 3))
    edit(elsewhere, pad, 3, (5, 0, "!"))
    assert authors_of(pad) == (("Ed", 1), ("Mara", 1), ("Ed", 4))
    shown = members(Api(world.people["vic"]).get(f"pads/{pad.id}/revisions/4/"))
    people = {writer["number"]: writer["user"]["id"] for writer in shown["writers"]}
    ids = {name: str(world.people[name].id) for name in ("ed", "mara")}
    assert joined(shown["authors"], people) == ((ids["ed"], 1), (ids["mara"], 1), (ids["ed"], 4))


def test_33_no_address_takes_revisions_or_authors_away(world: World):
    pad = world.pad()
    edit(world.session("ed"), pad, 0, (0, 0, "stays"))
    before = authors_of(pad)
    api = Api(world.people["olga"])
    for path in ("", "revisions/1/", "changes/", "timeline/", "log/", "edits/", "restore/", "take-back/", "close/"):
        for method in ("DELETE", "PUT", *(["PATCH"] if path else [])):
            assert api.request(method, f"pads/{pad.id}/{path}").status_code == 405, path
    for path in ("revisions/1/", "changes/", "timeline/", "log/"):
        assert api.post(f"pads/{pad.id}/{path}").status_code == 405, path
    assert (text_of(pad), authors_of(pad)) == ("stays", before)


def test_a_repeat_by_another_session_of_the_account_is_harmless(world: World):
    pad, ref = world.pad(), uuid4()
    assert edit(world.session("ed"), pad, 0, (0, 0, "once"), ref=ref).revision == 1
    again = world.session("ed")
    assert edit(again, pad, 0, (0, 0, "once"), ref=ref).revision == 1
    assert text_of(pad) == "once"


@pytest.mark.parametrize("gives_back", [True, False])
def test_35_an_earlier_revision_becomes_the_next_version(world: World, gives_back: bool):
    pad = world.pad(target_field="prompt_text", start="field")
    writers = {name: world.session(name) for name in ("ed", "mara", "olga")}
    for number in range(1, 39):
        edit(writers["ed" if number % 2 else "mara"], pad, number, (number % 7, 0, f"{number} "))
    edit(writers["olga"], pad, 39, (0, 9, ""))
    text = text_of(pad)
    for number in range(40, 44):
        edit(writers["ed"], pad, number, (0, 0, "Later. "))
    api = Api(world.people["mara"])
    session = members(api.post(f"projects/{world.project.id}/sessions/"))["session_id"]
    held = {"field": "prompt_text", "session_id": session}
    token = members(api.post(f"projects/{world.project.id}/locks/", held))["token"]
    given = {**held, "revision": 40, "token": token, "base_version": 1, "release_locks": gives_back}

    answer = api.post(f"pads/{pad.id}/promote/", given)

    made = members(answer)
    assert (answer.status_code, made["version_number"], made["prompt_text"]) == (201, 2, text)
    assert members(api.get(f"pads/{pad.id}/"))["head"] == 44
    origin = made["origin"]
    counts = {each["id"]: each["characters"] for each in origin["contributors"]}
    assert set(counts) == {str(world.people[name].id) for name in writers} | {None}
    assert counts[str(world.people["olga"].id)] == 0
    assert (sum(counts.values()), origin["revision"]) == (len(text), 40)
    event = Event.objects.of_project(world.project.id).filter(action="draft.saved").latest("seq")
    assert event.data["origin"] == origin
    assert origin["digest"] == log_hash_at(Pad.objects.get(pk=pad.id), 40).hex()
    locks = members(api.get(f"projects/{world.project.id}/locks/"))
    assert [each["field"] for each in locks["results"]] == ([] if gives_back else ["prompt_text"])
    assert list(check_records()) == []
