"""The pages of a pad's history, and the dialogs that change the pad from there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models.signals import post_init
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kernel.crdt.edits import Edit
from stages.pads.loading import read_text
from stages.pads.models import Pad, Revision
from stages.pads.pages.past_lines import MAX_LINES, changed_lines, text_lines
from stages.pads.services import close_pad, keep_snapshot, record_pad, restore_pad
from tests.pads.histories import MORNING, Step, write_log
from tests.pads.world import World, edit
from tests.workspace.conftest import Browser, browser  # noqa: F401 (a fixture)
from tests.workspace.html import elements

pytestmark = pytest.mark.django_db

FIRST = "# Decided\n- Up to 21 days.\n"


@pytest.fixture
def pad(world: World) -> Pad:
    """Three stops: Ed begins, Mara corrects a number and adds a line, Ed deletes his heading."""
    ed, mara = world.people["ed"].id, world.people["mara"].id
    pad = world.pad()
    added = len(FIRST)
    write_log(
        pad,
        [
            (0, ed, (0, 0, FIRST[:10])),
            (1, ed, (10, 0, FIRST[10:])),
            (10, mara, (FIRST.index("21"), 2, "28")),
            (11, mara, (added, 0, "- Level -2 stays.\n")),
            (30, ed, (0, 10, "")),
        ],
    )
    return pad


def address(pad: Pad, more: str = "") -> str:
    return f"/projects/{pad.project_id}/pads/{pad.id}/{more}"


def texts(page: Any, name: str) -> list[str]:
    """The texts of the elements of a class, with single spaces."""
    found = [each for each in elements(page) if name in each.attributes.get("class", "").split()]
    return [" ".join(each.text.split()) for each in found]


def tags(page: Any, name: str) -> list[str]:
    return [each.text for each in elements(page) if each.tag == name]


@pytest.fixture
def vic(browser: Browser, world: World) -> Client:  # noqa: F811
    """A browser of somebody who may only read."""
    return browser(world.people["vic"])


@pytest.fixture
def olga(browser: Browser, world: World) -> Client:  # noqa: F811
    return browser(world.people["olga"])


def test_a_revision_shows_what_changed_since_the_stop_before(vic: Client, pad: Pad):
    page = vic.get(address(pad, "history/?at=4"))
    assert (tags(page, "ins"), tags(page, "del")) == (["28", "- Level -2 stays."], ["21"])
    assert texts(page, "past-bar") == ["Back to now Viewing revision 4 of 5 · 28 Nov 09:51 · read-only Copy link"]
    assert texts(page, "pad-step-words") == ["Stop 2 of 3"]
    rows = ["10:10 Ed −10 1 min · 1 change", "09:51 Mara +20 −2 1 min · 2 changes", "09:41 Ed +27 1 min · 2 changes"]
    assert texts(page, "pad-stop") == rows
    assert texts(page, "pad-shares") == ["MAMara +20 −2"]
    assert "4 characters" not in page.content.decode()


def test_in_the_middle_of_a_stop_only_what_was_done_until_then_counts(vic: Client, pad: Pad):
    page = vic.get(address(pad, "history/?at=3"))
    assert (tags(page, "ins"), tags(page, "del")) == (["28"], ["21"])
    assert texts(page, "pad-shares") == ["MAMara +2 −2"]
    steps = {each.attributes.get("data-step"): each.attributes.get("href") for each in elements(page)}
    here = address(pad, "history/")
    assert steps["stop-before"] == f"{here}?at=2"
    assert steps["stop-after"] == f"{here}?at=4"
    assert (steps["revision-before"], steps["revision-after"]) == (f"{here}?at=2", f"{here}?at=4")


def test_the_text_alone_and_the_first_and_the_newest_revision(vic: Client, pad: Pad):
    page = vic.get(address(pad, "history/?at=4&show=text"))
    assert tags(page, "ins") == tags(page, "del") == []
    assert "- Up to 28 days." in page.content.decode()
    first = vic.get(address(pad, "history/?at=1"))
    assert tags(first, "ins") == ["# Decided"]
    assert "Since the beginning" in first.content.decode()
    newest = vic.get(address(pad, "history/"))
    assert texts(newest, "pad-step-words") == ["Stop 3 of 3"]
    pad.refresh_from_db()
    assert bytes(pad.log_hash).hex()[:16] in newest.content.decode()
    # Who only deleted is named.
    assert texts(newest, "pad-shares") == ["EDEd −10"]


def test_a_revision_that_is_not_there_is_not_found(vic: Client, pad: Pad, world: World):
    for at in ("0", "6"):
        assert vic.get(address(pad, f"history/?at={at}")).status_code == 404
        assert vic.get(address(pad, f"history/hash/?at={at}")).status_code == 404
        assert vic.get(address(pad, f"written/?revision={at}")).status_code == 404
    assert vic.get(address(pad, "history/?at=x")).status_code == 400
    assert vic.get(address(pad, "written/?revision=5&position=999")).status_code == 404
    other = f"/projects/{pad.project_id}/pads/{world.project.id}/history/"
    assert vic.get(other).status_code == 404


def test_a_pad_that_nobody_has_written_in_has_no_history(vic: Client, world: World):
    assert "has no history" in vic.get(address(world.pad(), "history/")).content.decode()


def test_the_hash_of_an_earlier_revision_comes_by_itself(vic: Client, world: World):
    pad, ed = world.pad(), world.session("ed")
    edit(ed, pad, 0, (0, 0, "a"))
    hash_then = bytes(Pad.objects.get(pk=pad.id).log_hash).hex()
    edit(ed, pad, 1, (0, 0, "b"))
    assert hash_then in vic.get(address(pad, "history/hash/?at=1")).content.decode()
    assert "history/hash/?at=1" in vic.get(address(pad, "history/?at=1")).content.decode()


def test_what_is_on_record(vic: Client, world: World):
    pad, ed = world.pad(), world.session("ed")
    edit(ed, pad, 0, (0, 0, "a"))
    assert texts(vic.get(address(pad, "history/")), "pad-recorded") == ["Not recorded yet"]
    record_pad(pad_id=pad.id)
    edit(ed, pad, 1, (0, 0, "b"))
    assert texts(vic.get(address(pad, "history/")), "pad-recorded") == ["Recorded up to revision 1"]


def test_a_burst_that_goes_on_is_now(vic: Client, world: World):
    pad = world.pad()
    edit(world.session("ed"), pad, 0, (0, 0, "a"))
    (row,) = texts(vic.get(address(pad, "history/")), "pad-stop")
    assert row.endswith("now · 1 change")


def test_stops_of_other_days_are_under_their_day(vic: Client, world: World):
    pad, ed = world.pad(), world.people["ed"].id
    write_log(pad, [(0, ed, (0, 0, "a")), (60 * 24, ed, (0, 0, "b")), (60 * 24 + 5, ed, (0, 0, "c"))])
    page = vic.get(address(pad, "history/"))
    assert len(texts(page, "pad-stop-day")) == 1 + (timezone.now().date() != MORNING.date() + timedelta(days=1))


def test_the_number_of_queries_does_not_grow(vic: Client, world: World):
    pad = world.pad()
    counts: list[int] = []
    vic.get(address(pad, "history/"))
    for _ in range(2):
        people = [world.people[name].id for name in ("ed", "mara", "olga")]
        steps: list[Step] = [(number * 5.0, people[number % 3], (0, 0, "ab\n")) for number in range(30)]
        begin = MORNING + timedelta(days=len(counts))
        write_log(pad, steps, begin=begin)
        for query in ("?at=20", "?at=20&show=text"):
            with CaptureQueriesContext(connection) as queries:
                assert vic.get(address(pad, f"history/{query}")).status_code == 200
            counts.append(len(queries))
    assert counts[2] <= counts[0]
    assert counts[3] <= counts[1]
    assert max(counts) <= 28


def test_a_late_revision_is_read_from_its_snapshot(vic: Client, world: World):
    pad, ed = world.pad(), world.people["ed"].id
    write_log(pad, [(number / 60, ed, (0, 0, "a")) for number in range(1_200)])
    keep_snapshot(pad_id=pad.id)
    write_log(pad, [(30, ed, (0, 0, "b")), (40, ed, (0, 0, "c"))])
    read: list[object] = []

    def seen(instance: object, **_facts: object) -> None:
        read.append(instance)

    post_init.connect(seen, sender=Revision)
    try:
        assert vic.get(address(pad, "history/?at=1202")).status_code == 200
    finally:
        post_init.disconnect(seen, sender=Revision)
    assert 0 < len(read) < 10


def test_restoring_brings_the_text_back_and_says_so(olga: Client, pad: Pad):
    then = read_text(pad.id, 4)
    dialog = olga.get(address(pad, "history/restore/?revision=4")).content.decode()
    assert "Restore the text of revision 4?" in dialog
    answer = olga.post(address(pad, "history/restore/"), {"revision": "4"})
    assert (answer.status_code, answer["Location"]) == (302, address(pad))
    now = read_text(pad.id)
    assert (now.revision, now.text, now.authors.runs) == (6, then.text, then.authors.runs)
    again = olga.post(address(pad, "history/restore/"), {"revision": "4"}, HTTP_HX_REQUEST="true")
    assert (again.status_code, len(texts(again, "field-error"))) == (400, 1)


def test_taking_back_asks_whose_changes_and_from_when(olga: Client, pad: Pad, world: World):
    ed, mara = world.people["ed"], world.people["mara"]
    dialog = olga.get(address(pad, "history/take-back/?after=0&until=5"))
    assert texts(dialog, "take-back-people") == ["Whose changes EDEd +27 −10 MAMara +20 −2"]
    form = olga.get(address(pad, f"history/take-back/?after=2&until=4&again=1&user={mara.id}"))
    assert texts(form, "take-back-people") == ["Whose changes MAMara +20 −2"]
    given = {"user": str(ed.id), "after": "4", "until": "5"}
    answer = olga.post(address(pad, "history/take-back/"), given, HTTP_HX_REQUEST="true")
    assert answer["HX-Redirect"] == address(pad)
    assert read_text(pad.id).text == "# Decided\n- Up to 28 days.\n- Level -2 stays.\n"
    for wrong, status in (({"user": ""}, 400), ({"user": "x"}, 400), ({"after": "9"}, 400)):
        assert olga.post(address(pad, "history/take-back/"), given | wrong).status_code == status


def test_only_who_may_write_is_offered_changes(vic: Client, olga: Client, pad: Pad, world: World):
    for client, offered in ((vic, False), (olga, True)):
        content = client.get(address(pad, "history/?at=4")).content.decode()
        assert ("Restore this text…" in content, "Take back…" in content) == (offered, offered)
    for name in ("restore", "take-back"):
        assert vic.get(address(pad, f"history/{name}/")).status_code == 403
    close_pad(caller=world.caller("olga"), pad_id=pad.id)
    assert "Restore this text…" not in olga.get(address(pad, "history/?at=4")).content.decode()
    assert olga.post(address(pad, "history/restore/"), {"revision": "1"}).status_code in {400, 409}


def test_the_card_of_a_word_says_who_typed_it_and_when(vic: Client, pad: Pad, world: World):
    position = read_text(pad.id).text.index("28")
    writer = read_text(pad.id).authors.author_at(position)
    page = vic.get(address(pad, f"written/?revision=5&position={position}&writer={writer}"))
    (who,) = texts(page, "author-card-who")
    assert who == "MA Mara 28 Nov 09:50 · revision 3"
    assert f"{address(pad, 'history/')}?at=3" in page.content.decode()
    restore_pad(caller=world.caller("olga"), pad_id=pad.id, revision=2)
    page = vic.get(address(pad, "written/?revision=6&position=0&writer=1"))
    (who,) = texts(page, "author-card-who")
    assert who.startswith("ED Ed")
    assert who.endswith("revision 6 brought back by Olga")


def test_lines_with_changes_are_one_text():
    reader = Pad().id
    changed = changed_lines("one\ntwo\nthree\n", "one\ntwo and a half\n\nfour\n", reader=reader)
    new = "".join(
        "".join(piece.text for piece in line.pieces if piece.fate != "deleted") + "\n"
        for line in changed.lines
        if line.number
    )
    old = [
        "".join(piece.text for piece in line.pieces if piece.fate != "inserted")
        for line in changed.lines
        if any(piece.fate != "inserted" for piece in line.pieces)
    ]
    assert new == "one\ntwo and a half\n\nfour\n"
    assert old == ["one", "two", "three"]
    assert changed_lines("a", "a", reader=reader).is_same


def test_a_very_long_text_is_shown_in_part():
    text = "line\n" * (MAX_LINES + 7)
    assert (len(text_lines(text).lines), text_lines(text).left_out) == (MAX_LINES, 7)
    changed = changed_lines("", text, reader=Pad().id)
    assert (len(changed.lines), changed.left_out) == (MAX_LINES, 7)
    assert Edit(0, 0, "").insert == ""
