"""The history of a pad in stops: bursts between pauses, who wrote how much, which revision typed a character."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from kernel.crdt.edits import Edit, count_units
from kernel.statements import Rows, Statement, run
from stages.pads import origins, stops
from stages.pads.hashes import log_hash_at
from stages.pads.log import store_edits
from stages.pads.models import EndedBurst, Pad
from stages.pads.origins import origin_of, position_before
from stages.pads.services import record_pad
from stages.pads.services.bursts import keep_bursts
from stages.pads.services.tidying import tidy_document
from stages.pads.stops import MAX_STOPS, Share, shares_between, stops_of
from stages.pads.verification import check_records
from tests.pads.histories import MORNING, Step, write_log
from tests.pads.world import World, edit


def test_a_pause_of_two_minutes_begins_another_stop(world: World):
    pad, ed, mara = world.pad(), world.people["ed"].id, world.people["mara"].id
    write_log(
        pad,
        [(0, ed, (0, 0, "abc")), (1.9, mara, (3, 0, "de")), (3.9, ed, (0, 2, "X")), (30, mara, (0, 4, ""))],
    )

    first, second, third = stops_of(pad.id)

    assert [(stop.first, stop.last) for stop in (first, second, third)] == [(1, 2), (3, 3), (4, 4)]
    assert (first.began_at, first.ended_at) == (MORNING, MORNING + timedelta(minutes=1.9))
    assert first.shares == [Share(ed, 1, 3, 0), Share(mara, 1, 2, 0)]
    assert second.shares == [Share(ed, 1, 1, 2)]
    # Who only deleted is named.
    assert third.shares == [Share(mara, 1, 0, 4)]
    assert first.bursts[0].parts == (1, 0, 0, 0, 0, 0, 0, 1)


def test_what_is_written_later_joins_the_last_stop_or_begins_another(world: World):
    pad, ed = world.pad(), world.people["ed"].id
    assert stops_of(pad.id) == []
    write_log(pad, [(0, ed, (0, 0, "a")), (10, ed, (1, 0, "b"))])
    assert [(stop.first, stop.last) for stop in stops_of(pad.id)] == [(1, 1), (2, 2)]
    write_log(pad, [(11, ed, (2, 0, "c")), (20, ed, (0, 3, ""))])
    found = stops_of(pad.id)
    assert [(stop.first, stop.last) for stop in found] == [(1, 1), (2, 3), (4, 4)]
    assert found[1].shares == [Share(ed, 2, 2, 0)]
    assert found[2].shares == [Share(ed, 1, 0, 3)]


def test_a_long_burst_is_cut_and_many_are_joined_at_their_shortest_pauses(world: World):
    pad, ed = world.pad(), world.people["ed"].id
    minutes = 0.0
    steps: list[Step] = []
    for number in range(MAX_STOPS + 20):
        # The first twenty bursts have short pauses.
        minutes += 3 if number < 20 else 10
        steps.append((minutes, ed, (0, 0, "x")))
    write_log(pad, steps)
    found = stops_of(pad.id)
    assert len(found) == MAX_STOPS
    assert (found[0].first, found[0].last, len(found[0].bursts)) == (1, 20, 20)
    assert found[0].shares == [Share(ed, 20, 20, 0)]

    long = world.pad(name="Long")
    write_log(long, [(number / 600, ed, (0, 0, "y")) for number in range(2_500)])
    assert [(stop.first, stop.last) for stop in stops_of(long.id)] == [(1, 1000), (1001, 2000), (2001, 2500)]


def test_several_edits_and_brackets_in_a_text_are_counted(world: World):
    pad, ed = world.pad(), world.session("ed")
    edit(ed, pad, 0, (0, 0, "0123456789"))
    edit(ed, pad, 1, (0, 2, "],["), (5, 1, ""), (9, 1, "😀"))
    user = world.people["ed"].id
    assert shares_between(pad.id, 1, 2) == [Share(user, 1, 5, 4)]
    assert shares_between(pad.id, 0, 2) == stops_of(pad.id)[0].shares == [Share(user, 2, 15, 4)]
    assert shares_between(pad.id, 2, 2) == []


def test_only_what_is_new_is_read_again_with_one_query(world: World, monkeypatch: pytest.MonkeyPatch):
    pad, ed = world.pad(), world.people["ed"].id
    write_log(pad, [(number, ed, (0, 0, "y")) for number in range(0, 3_000, 3)])
    stops_of(pad.id)
    read: list[int] = []

    def count(statement: Statement) -> Rows:
        found = run(statement)
        read.append(len(found))
        return found

    monkeypatch.setattr(stops, "run", count)
    assert stops_of(pad.id)[-1].last == 1_000
    # The last burst, which may go on.
    assert read == [1]
    known = stops._KNOWN._bursts[pad.id]
    assert (known[-1].first, known[-1].last) == (1_000, 1_000)


def test_a_character_is_followed_back_to_the_revision_that_typed_it(world: World):
    pad, ed, mara = world.pad(), world.session("ed"), world.session("mara")
    edit(ed, pad, 0, (0, 0, "alpha"))
    edit(mara, pad, 1, (2, 0, "X"))
    edit(ed, pad, 2, (0, 1, ""))
    # "lXpha"
    assert [origin_of(pad.id, 3, at).revision for at in range(5)] == [1, 2, 1, 1, 1]
    found = origin_of(pad.id, 3, 1).found
    assert found is not None
    assert found.user_id == world.people["mara"].id
    assert origin_of(pad.id, 2, 0).revision == 1
    with pytest.raises(IndexError):
        origin_of(pad.id, 3, 5)


def test_a_very_old_character_is_only_known_to_be_old(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(origins, "MAX_BACK", 30)
    pad, ed = world.pad(), world.people["ed"].id
    write_log(pad, [(0, ed, (0, 0, "y")) for _number in range(50)])
    assert origin_of(pad.id, 50, 0).revision == 50
    assert origin_of(pad.id, 50, 20).revision == 30
    old = origin_of(pad.id, 50, 40)
    assert (old.revision, old.found) == (20, None)


@given(st.data())
def test_a_position_before_a_change_has_the_same_character(data: st.DataObject):
    text = data.draw(st.text("ab😀", max_size=8))
    units = count_units(text)
    cuts = sorted(data.draw(st.sets(st.integers(0, units), max_size=4)))
    edits, at = [], 0
    for begin, end in zip(cuts[::2], cuts[1::2], strict=False):
        edits.append(Edit(begin, end - begin, data.draw(st.sampled_from(["", "x", "yz"]))))
        at = end
    assert at <= units
    before = text.encode("utf-16-le")
    changed = _applied(before, edits)
    for position in range(len(changed) // 2):
        was = position_before(tuple(edits), position)
        if was is None:
            assert changed[2 * position : 2 * position + 2].decode("utf-16-le") in {"x", "y", "z"}
        else:
            assert changed[2 * position : 2 * position + 2] == before[2 * was : 2 * was + 2]


def _applied(units: bytes, edits: list[Edit]) -> bytes:
    parts, at = [], 0
    for each in edits:
        parts += [units[2 * at : 2 * each.pos], each.insert.encode("utf-16-le")]
        at = each.pos + each.delete
    return b"".join([*parts, units[2 * at :]])


def test_the_hash_of_the_log_is_known_at_every_revision(world: World):
    pad, ed = world.pad(), world.session("ed")
    hashes = []
    for number in range(6):
        edit(ed, pad, number, (0, 0, "a"))
        hashes.append(bytes(Pad.objects.get(pk=pad.id).log_hash).hex())
        if number == 2:
            record_pad(pad_id=pad.id)
    pad.refresh_from_db()
    assert [log_hash_at(pad, number).hex() for number in range(1, 7)] == hashes


def test_stored_edits_have_the_form_that_the_statements_read():
    assert store_edits([Edit(1, 2, 'a"b')]) == '[[1,2,"a\\"b"]]'
    assert store_edits([]) == "[]"


def test_the_history_is_the_same_with_and_without_kept_bursts(world: World):
    """Kept in two goes, the second one in the middle of a long burst."""
    pad, ed, mara = world.pad(), world.people["ed"].id, world.people["mara"].id
    nobody_knows = stops._KNOWN._bursts.clear
    write_log(pad, [(0, ed, (0, 0, "abc")), (1, mara, (3, 0, "de")), (9, ed, (0, 2, "X"))])
    keep_bursts(pad_id=pad.id)
    write_log(pad, [(20 + number / 600, mara, (0, 0, "y")) for number in range(1_100)])
    keep_bursts(pad_id=pad.id)
    write_log(pad, [(22, ed, (0, 1, "")), (40, ed, (0, 0, "z"))])

    assert list(EndedBurst.objects.values_list("first", "last")) == [(1, 2), (3, 3), (4, 1003)]
    nobody_knows()
    kept = stops_of(pad.id)
    EndedBurst.objects.all().delete()
    nobody_knows()
    assert kept == stops_of(pad.id)
    assert [(stop.first, stop.last) for stop in kept] == [(1, 2), (3, 3), (4, 1003), (1004, 1104), (1105, 1105)]


def test_a_pad_that_is_tidied_keeps_its_bursts(world: World):
    pad, ed = world.pad(), world.people["ed"].id
    write_log(pad, [(0, ed, (0, 0, "a")), (10, ed, (1, 0, "b"))])
    tidy_document(pad_id=pad.id)
    assert EndedBurst.objects.filter(pad=pad.id, first=1, last=1).exists()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE pads_endedburst SET shares = jsonb_set(shares, '{0,2}', '99') WHERE first = 2",
        "UPDATE pads_endedburst SET shares = jsonb_set(shares, '{0,0}', 'null') WHERE first = 2",
        "UPDATE pads_endedburst SET parts = '[0, 1, 0, 0, 0, 0, 0, 0]' WHERE first = 2",
        "UPDATE pads_endedburst SET began_at = began_at - interval '1 second' WHERE first = 2",
        "UPDATE pads_endedburst SET ended_at = ended_at + interval '1 second' WHERE first = 2",
        "UPDATE pads_endedburst SET last = 3 WHERE first = 2",
        "DELETE FROM pads_endedburst WHERE first = 1",
        """
        INSERT INTO pads_endedburst (pad_id, first, last, began_at, ended_at, shares, parts)
        SELECT pad_id, 3, 3, began_at + interval '10 minutes', ended_at + interval '10 minutes',
            jsonb_build_array(jsonb_build_array(other.shares -> 0 -> 0, 1, 1, 2)), parts
        FROM pads_endedburst CROSS JOIN (SELECT shares FROM pads_endedburst WHERE first = 1) AS other WHERE first = 2
        """,
    ],
)
def test_c02_a_kept_burst_that_the_log_does_not_have_is_noticed(world: World, sql: str):
    pad, ed, mara = world.pad(), world.people["ed"].id, world.people["mara"].id
    write_log(pad, [(0, ed, (0, 0, "abc")), (10, mara, (3, 0, "de")), (20, ed, (0, 2, "X"))])
    before = {str(each) for each in check_records()}
    keep_bursts(pad_id=pad.id)
    assert {str(each) for each in check_records()} == before

    with connection.cursor() as cursor:
        cursor.execute(sql)

    found = {str(each) for each in check_records()} - before
    assert ["that its history keeps is not in its log" in each for each in found] == [True]
