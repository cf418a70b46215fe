"""The strict reader: what a client may send, and everything that it may not."""

from __future__ import annotations

import pytest

from kernel.crdt.documents import Document
from kernel.crdt.edits import Edit
from kernel.crdt.encoding import MAX_NUMBER
from kernel.crdt.known_items import KnownItems
from kernel.crdt.refusals import ForeignClient, Refusal, RefusedUpdate
from kernel.crdt.updates import MAX_ITEMS, MAX_RANGES, UpdateSummary, read_update
from kernel.errors import DomainError
from tests.kernel.crdt.attack import attack
from tests.kernel.crdt.building import client_items, item, nested_any, number, string, text_item, update, writes
from tests.kernel.crdt.yjs import YjsProcess

ED, MARA = 5, 6

# Ed wrote "a😀b" (clocks 0, 1 and 2, 3), Mara "xy" after it.
KNOWN = KnownItems(clocks={ED: 4, MARA: 2}, pairs={ED: {1}})
STATE = update(
    client_items(MARA, 0, [text_item("xy", left=(ED, 3))]),
    client_items(ED, 0, [text_item("a😀b")]),
)

GOOD = {
    "at the end": writes(ED, 4, text_item("!", left=(MARA, 1))),
    "at the beginning": writes(ED, 4, text_item("!", right=(ED, 0))),
    "between": writes(ED, 4, text_item("!", left=(ED, 0), right=(ED, 1))),
    "several": writes(ED, 4, text_item("1", left=(MARA, 1)), text_item("2", left=(ED, 4))),
    "written and deleted": writes(ED, 4, item(number(3), kind=1, left=(MARA, 1)), deleted=[(ED, [(4, 3)])]),
    "deleted": update(deleted=[(ED, [(0, 1), (1, 2)]), (MARA, [(0, 2)])]),
    "replaced": writes(ED, 4, text_item("😁", left=(ED, 0), right=(ED, 1)), deleted=[(ED, [(1, 2)])]),
    "a repeat": writes(ED, 0, text_item("a😀b")),
    "half a repeat": writes(ED, 3, text_item("bc", left=(ED, 2))),
    "nothing": update(),
}

BAD = {
    "empty": (b"", Refusal.MALFORMED),
    "half": (GOOD["several"][:-9], Refusal.MALFORMED),
    "more": (GOOD["several"] + b"\x00", Refusal.MALFORMED),
    "no items": (update(client_items(ED, 4, [])), Refusal.MALFORMED),
    "no text": (writes(ED, 4, text_item("", left=(ED, 3))), Refusal.MALFORMED),
    "no length": (writes(ED, 4, item(number(0), kind=1, left=(ED, 3))), Refusal.MALFORMED),
    "a longer form of a number": (b"\x81\x00" + GOOD["at the end"][1:], Refusal.MALFORMED),
    "a number of nine bytes": (b"\x01\x01" + b"\xff" * 8 + b"\x01", Refusal.MALFORMED),
    "no UTF-8": (writes(ED, 4, text_item(b"\xff", left=(ED, 3))), Refusal.MALFORMED),
    "a surrogate in UTF-8": (writes(ED, 4, text_item(b"\xed\xa0\xbd", left=(ED, 3))), Refusal.MALFORMED),
    "an end of the clock": (writes(ED, 4, item(number(MAX_NUMBER), kind=1, left=(ED, 3))), Refusal.MALFORMED),
    "ranges of nobody": (update(deleted=[(ED, [])]), Refusal.MALFORMED),
    "ranges twice": (update(deleted=[(ED, [(0, 1)]), (ED, [(3, 1)])]), Refusal.MALFORMED),
    "ranges unsorted": (update(deleted=[(ED, [(3, 1), (0, 1)])]), Refusal.MALFORMED),
    "ranges overlapping": (update(deleted=[(ED, [(0, 3), (1, 2)])]), Refusal.MALFORMED),
    "an empty range": (update(deleted=[(ED, [(0, 0)])]), Refusal.MALFORMED),
    "a client twice": (
        update(client_items(ED, 4, [text_item("1")]), client_items(ED, 5, [text_item("2")])),
        Refusal.SEVERAL_CLIENTS,
    ),
    "two clients": (
        update(client_items(ED, 4, [text_item("1")]), client_items(MARA, 2, [text_item("2")])),
        Refusal.SEVERAL_CLIENTS,
    ),
    "a gap": (writes(ED, 14, text_item("!", left=(ED, 3))), Refusal.GAP),
    "another root": (writes(ED, 4, text_item("!", root="other")), Refusal.OTHER_ROOT),
    "within an item": (writes(ED, 4, b"\x04\x00" + number(ED) + number(0) + string("!")), Refusal.OTHER_ROOT),
    "a key of a map": (writes(ED, 4, item(string("k") + string("v"), bits=32)), Refusal.NOT_TEXT),
    "its own neighbour": (writes(ED, 4, text_item("!", left=(ED, 4))), Refusal.UNKNOWN_NEIGHBOUR),
    "a later neighbour": (
        writes(ED, 4, text_item("1", right=(ED, 5)), text_item("2", left=(ED, 4))),
        Refusal.UNKNOWN_NEIGHBOUR,
    ),
    "a neighbour of nobody": (writes(ED, 4, text_item("!", left=(77, 0))), Refusal.UNKNOWN_NEIGHBOUR),
    "one neighbour on both sides": (
        writes(ED, 4, text_item("!", left=(ED, 0), right=(ED, 0))),
        Refusal.UNKNOWN_NEIGHBOUR,
    ),
    "a deletion to come": (update(deleted=[(ED, [(3, 2)])]), Refusal.UNKNOWN_RANGE),
    "a deletion of nobody's": (update(deleted=[(77, [(0, 1)])]), Refusal.UNKNOWN_RANGE),
    "after half a character": (writes(ED, 4, text_item("!", left=(ED, 1))), Refusal.INSIDE_CHARACTER),
    "before half a character": (writes(ED, 4, text_item("!", right=(ED, 2))), Refusal.INSIDE_CHARACTER),
    "its own half character": (
        writes(ED, 4, text_item("😁", left=(ED, 3)), text_item("!", left=(ED, 4))),
        Refusal.INSIDE_CHARACTER,
    ),
    "half of a repeated character": (writes(ED, 3, text_item("😀", left=(ED, 2))), Refusal.INSIDE_CHARACTER),
    "deletes a first half": (update(deleted=[(ED, [(1, 1)])]), Refusal.INSIDE_CHARACTER),
    "deletes a second half": (update(deleted=[(ED, [(2, 2)])]), Refusal.INSIDE_CHARACTER),
    "deletes half of its own": (
        writes(ED, 4, text_item("😁", left=(ED, 3)), deleted=[(ED, [(4, 1)])]),
        Refusal.INSIDE_CHARACTER,
    ),
    "NUL": (writes(ED, 4, text_item("a\x00", left=(ED, 3))), Refusal.CHARACTER),
    "CR": (writes(ED, 4, text_item("a\r\nb", left=(ED, 3))), Refusal.CHARACTER),
    "too many items": (writes(ED, 4, *[text_item("!", left=(ED, 3))] * (MAX_ITEMS + 1)), Refusal.TOO_MANY),
    "too many ranges": (
        update(deleted=[(ED, [(at, 1) for at in range(0, 2 * MAX_RANGES + 2, 2)])]),
        Refusal.TOO_MANY,
    ),
    **{
        f"an item of kind {kind}": (
            writes(ED, 4, item(number(1) + string("x"), kind=kind, left=(ED, 3))),
            Refusal.NOT_TEXT,
        )
        for kind in range(32)
        if kind not in {1, 4}
    },
}

# With pycrdt 0.14.13, each of them ended the process, panicked, asked for gigabytes, or left a text that no log has.
CRASHING = {
    "arrays in arrays, 200 kB": writes(ED, 4, item(nested_any(100_000), kind=8, left=(ED, 3))),
    "a client without items": BAD["no items"][0],
    "an empty text": BAD["no text"][0],
    "an empty deletion": BAD["no length"][0],
    "2,147,483,647 clients": number(MAX_NUMBER),
    "2,147,483,647 items": b"\x01" + number(MAX_NUMBER) + number(ED) + number(4),
    "1,099,511,627,776 entries": writes(ED, 4, item(b"\x01\x76" + number(2**40), kind=8, left=(ED, 3))),
    "a gap": BAD["a gap"][0],
    "a gap after GC": writes(ED, 4, b"\x00" + number(10), text_item("x", left=(ED, 13))),
    "a skipped range": writes(ED, 4, b"\x0a" + number(10), text_item("x", left=(ED, 3))),
    "a client twice, backwards": update(
        client_items(ED, 5, [text_item("1")]),
        client_items(ED, 4, [text_item("23")]),
    ),
    "half of a repeated character": BAD["half of a repeated character"][0],
}


@pytest.mark.parametrize("name", GOOD)
def test_what_an_editor_sends_is_let_through(name: str) -> None:
    assert isinstance(read_update(GOOD[name], client_ids={ED}, state=KNOWN), UpdateSummary)


@pytest.mark.parametrize("name", BAD)
def test_anything_else_is_refused(name: str) -> None:
    data, reason = BAD[name]
    with pytest.raises(RefusedUpdate) as refused:
        read_update(data, client_ids={ED, MARA}, state=KNOWN)
    assert refused.value.reason == reason
    assert refused.value.status == 400
    assert list(refused.value.errors) == ["update"]


def test_a_foreign_client_id_is_forbidden() -> None:
    with pytest.raises(ForeignClient) as refused:
        read_update(GOOD["at the end"], client_ids={MARA}, state=KNOWN)
    assert (refused.value.status, refused.value.reason) == (403, Refusal.FOREIGN_CLIENT)


def test_a_summary_says_what_is_new() -> None:
    new = writes(ED, 4, text_item("é😁", left=(ED, 3)), deleted=[(ED, [(0, 1), (3, 1)])])
    assert read_update(new, client_ids={ED}, state=KNOWN) == UpdateSummary(ED, 7, True, 6, frozenset({5}), 2)
    assert read_update(GOOD["a repeat"], client_ids={ED}, state=KNOWN) == UpdateSummary(ED, 4, False, 6, frozenset(), 0)
    assert read_update(GOOD["deleted"], client_ids={ED}, state=KNOWN) == UpdateSummary(ranges=3)


def test_a_repeat_with_other_characters_leaves_no_trace() -> None:
    """Otherwise somebody could forbid others to write between their characters."""
    lie = writes(MARA, 0, text_item("😁", left=(ED, 3)))
    summary = read_update(lie, client_ids={MARA}, state=KNOWN)
    assert (summary.is_new, summary.pairs) == (False, frozenset())


@pytest.mark.parametrize("cut", range(len(GOOD["several"])))
def test_no_beginning_of_an_update_is_one(cut: int) -> None:
    with pytest.raises(RefusedUpdate):
        read_update(GOOD["several"][:cut], client_ids={ED}, state=KNOWN)


@pytest.mark.parametrize(
    "name",
    [
        *("embed", "format", "formatOld", "map", "otherRoot", "list", "binary", "subdocument", "nested", "element"),
        *("half", "between", "nul", "cr"),
    ],
)
def test_what_yjs_can_do_beyond_writing_is_refused(yjs: YjsProcess, name: str) -> None:
    document = Document.new(1)
    document.apply_edits([Edit(0, 0, "a😀b")])
    before = document.state()
    sent = yjs.do_strange(name, client_id=ED, state=before)
    with pytest.raises(RefusedUpdate):
        document.apply_update(sent, {ED})
    assert (document.text, document.state()) == ("a😀b", before)


def test_nothing_that_is_let_through_or_refused_ends_a_process() -> None:
    updates = {**GOOD, **{name: data for name, (data, _reason) in BAD.items()}, **CRASHING}
    outcomes = attack((STATE, [ED], data) for data in updates.values())
    said = dict(zip(updates, outcomes, strict=True))
    assert {name: outcome.ended for name, outcome in said.items() if outcome.ended} == {}
    assert {name for name, outcome in said.items() if not outcome.refused} == set(GOOD)
    assert said["between"].text == "a!😀bxy"
    assert said["half a repeat"].text == "a😀bcxy"
    assert said["replaced"].text == "a😁bxy"


@pytest.mark.parametrize("refusal", [RefusedUpdate(reason, "x") for reason in Refusal], ids=str)
def test_every_refusal_is_a_problem_with_words(refusal: DomainError) -> None:
    assert refusal.problem()["status"] == 400
