"""The document: one text that takes Yjs updates and edits by position, and gives each as both."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
import weakref
import zlib
from collections.abc import Callable

import psutil
import pycrdt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.crdt.documents import Change, Document, DocumentBroken
from kernel.crdt.edits import Edit, apply_edits, count_units, merge_edits
from kernel.crdt.refusals import ForeignClient, Refusal, RefusedUpdate
from kernel.errors import PayloadTooLarge, ValidationFailed
from tests.kernel.crdt.building import client_items, text_item, update, writes
from tests.kernel.crdt.texts import changes, texts
from tests.kernel.crdt.yjs import YjsProcess

ED, MARA, NODE = 5, 6, 100


def document(text: str = "", client_id: int = NODE) -> Document:
    made = Document.new(client_id)
    if text:
        made.apply_edits([Edit(0, 0, text)])
    return made


def test_an_update_gives_its_edits(yjs: YjsProcess) -> None:
    pad, ed = document("a😀b"), yjs.open(7_000_001)
    ed.receive([pad.state()])
    ed.edit(Edit(0, 1, "é"), Edit(3, 1, "日本"))
    (sent,) = ed.take()
    change = pad.apply_update(sent, {ed.id})
    assert change.edits == (Edit(0, 1, "é"), Edit(3, 1, "日本"))
    assert (pad.text, pad.length, pad.text_bytes) == ("é😀日本", 5, 12)
    assert pad.apply_update(sent, {ed.id}) == Change((), b"")


def test_edits_give_their_update(yjs: YjsProcess) -> None:
    pad, ed = document("a😀b"), yjs.open(7_000_002)
    ed.receive([pad.state()])
    change = pad.apply_edits([Edit(1, 2, "x"), Edit(3, 0, ""), Edit(4, 0, "y"), Edit(4, 0, "z")])
    assert change.edits == (Edit(1, 2, "x"), Edit(4, 0, "yz"))
    ed.receive([change.update])
    assert pad.text == ed.text == "axbyz"
    assert pad.apply_edits([Edit(2, 0, "")]) == Change((), b"")


@given(texts, st.data())
def test_any_edits_are_what_they_say(text: str, data: st.DataObject) -> None:
    pad, other = document(text), document()
    other.replay(pad.state())
    for _turn in range(3):
        before = pad.text
        edits = data.draw(changes(before))
        change = pad.apply_edits(edits)
        assert change.edits == edits == merge_edits(edits)
        assert pad.text == apply_edits(before, edits)
        if not change.is_empty:
            assert other.replay(change.update) == change
    assert (pad.length, pad.text_bytes) == (count_units(pad.text), len(pad.text.encode()))
    assert pad.crc() == other.crc() == zlib.crc32(pad.text.encode())
    state = pad.state()
    assert pad.size == len(state)
    assert Document.load(state, client_id=NODE + 1).text == pad.text


def test_text_that_came_and_went_at_once_is_kept_as_an_update_without_edits(yjs: YjsProcess) -> None:
    pad, ed, mara = document("ab"), yjs.open(7_000_003), yjs.open(7_000_004)
    log = [pad.state()]
    ed.receive(log)
    ed.edit(Edit(1, 0, "xyz"))
    ed.edit(Edit(1, 3, ""))
    (sent,) = ed.take(merge=True)
    change = pad.apply_update(sent, {ed.id})
    assert (change.edits, bool(change.update), change.is_empty) == ((), True, False)
    mara.receive([*log, change.update])
    ed.edit(Edit(1, 0, "!"))
    for later in ed.take():
        mara.receive([pad.apply_update(later, {ed.id}).update])
    assert pad.text == ed.text == mara.text == "a!b"


def test_undo_is_one_s_own(yjs: YjsProcess) -> None:
    pad, ed, mara = document(), yjs.open(7_000_005), yjs.open(7_000_006)

    def exchange() -> None:
        for sender, receiver in ((ed, mara), (mara, ed)):
            for sent in sender.take():
                receiver.receive([pad.apply_update(sent, {sender.id}).update])

    ed.edit(Edit(0, 0, "one "))
    exchange()
    mara.edit(Edit(4, 0, "two "))
    exchange()
    ed.undo()
    exchange()
    assert pad.text == mara.text == "two "
    ed.redo()
    exchange()
    assert pad.text == mara.text == "one two "
    mara.edit(Edit(0, 2, ""))
    exchange()
    ed.undo()
    exchange()
    assert pad.text == ed.text == mara.text == "two "


def test_a_shared_half_leaves_both_characters_whole(yjs: YjsProcess) -> None:
    """😀 and 😁 have their first half in common; a program that compares units replaces the second one."""
    pad, ed = document("a😀b"), yjs.open(7_000_007)
    ed.receive([pad.state()])
    ed.edit(Edit(1, 2, "😁"))
    (sent,) = ed.take()
    assert pad.apply_update(sent, {ed.id}).edits == (Edit(1, 2, "😁"),)
    half = writes(MARA, 0, text_item("x", left=(NODE, 1)))
    with pytest.raises(RefusedUpdate) as refused:
        pad.apply_update(half, {MARA})
    assert refused.value.reason == Refusal.INSIDE_CHARACTER
    assert pad.text == ed.text == "a😁b"


def test_characters_that_arrived_in_any_way_are_not_cut() -> None:
    written = document("a😀b")
    replayed, loaded = document(client_id=101), Document.load(written.state(), client_id=102)
    replayed.replay(written.state())
    for each in (written, replayed, loaded):
        with pytest.raises(RefusedUpdate):
            each.apply_update(update(deleted=[(NODE, [(1, 1)])]), {ED})
        with pytest.raises(ValidationFailed):
            each.apply_edits([Edit(2, 0, "x")])
        assert each.text == "a😀b"
        assert not each.is_broken


def test_what_is_refused_leaves_the_document_as_it_was() -> None:
    pad = document("text")
    state = pad.state()
    refusals: list[tuple[type[Exception], Callable[[], object]]] = [
        (ForeignClient, lambda: pad.apply_update(writes(ED, 0, text_item("x")), {MARA})),
        (RefusedUpdate, lambda: pad.apply_update(writes(ED, 10, text_item("x")), {ED})),
        (RefusedUpdate, lambda: pad.apply_update(b"no update", {ED})),
        (ValidationFailed, lambda: pad.apply_edits([Edit(5, 0, "x")])),
        (PayloadTooLarge, lambda: pad.apply_edits([Edit(0, 0, "é")], max_bytes=5)),
        (PayloadTooLarge, lambda: pad.apply_update(writes(ED, 0, text_item("é")), {ED}, max_bytes=5)),
    ]
    for error, act in refusals:
        with pytest.raises(error):
            act()
        assert (pad.text, pad.state(), pad.is_broken) == ("text", state, False)
    assert pad.apply_update(writes(ED, 0, text_item("x", left=(NODE, 3))), {ED}).edits == (Edit(4, 0, "x"),)


def test_a_full_text_can_be_replaced() -> None:
    pad = document("full")
    replaced = writes(ED, 0, text_item("FULL"), deleted=[(NODE, [(0, 4)])])
    assert pad.apply_update(replaced, {ED}, max_bytes=4).edits == (Edit(0, 4, "FULL"),)
    assert pad.apply_edits([Edit(0, 4, "full")], max_bytes=4).edits == (Edit(0, 4, "full"),)


def test_a_repeat_of_one_s_own_into_a_full_text_is_a_repeat() -> None:
    pad = document()
    sent = writes(ED, 0, text_item("full"))
    pad.apply_update(sent, {ED}, max_bytes=4)
    assert pad.apply_update(sent, {ED}, max_bytes=4).is_empty


class PanicException(BaseException):
    """What pyo3 raises where Rust panics; the real one cannot be imported."""


@pytest.mark.parametrize("error", [PanicException("index out of bounds"), ValueError("no update"), RuntimeError()])
def test_a_document_that_failed_is_broken(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def fail(*_arguments: object) -> None:
        raise error

    pad = document("text")
    with monkeypatch.context() as patch:
        patch.setattr(pycrdt.Doc, "apply_update", fail)
        with pytest.raises(DocumentBroken):
            pad.apply_update(writes(ED, 0, text_item("x")), {ED})
    assert pad.is_broken
    for act in (pad.state, lambda: pad.apply_edits([Edit(0, 0, "x")]), lambda: pad.replay(b"\x00\x00")):
        with pytest.raises(DocumentBroken):
            act()


def test_a_real_panic_is_one_too() -> None:
    pad = document("text")
    pad.apply_update(writes(ED, 0, text_item("x")), {ED})
    with pytest.raises(DocumentBroken, match="Option"):
        pad.replay(update(client_items(ED, 0, [])))
    assert pad.is_broken


def test_edits_that_are_not_those_of_the_update_break_the_document() -> None:
    written, pad = document("text"), document(client_id=101)
    with pytest.raises(DocumentBroken, match="another text"):
        pad.replay(written.state(), (Edit(0, 0, "texts"),))


def test_an_interrupt_stays_an_interrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_arguments: object) -> None:
        raise KeyboardInterrupt

    pad = document("text")
    monkeypatch.setattr(pycrdt.Doc, "apply_update", interrupt)
    with pytest.raises(KeyboardInterrupt):
        pad.replay(b"\x00\x00")
    assert pad.is_broken


def test_many_threads_write_in_one_document() -> None:
    pad = document()

    def write(number: int) -> None:
        for clock in range(50):
            pad.apply_update(writes(number, clock, text_item("x")), {number})
            pad.apply_edits([Edit(0, 0, "y")])

    threads = [threading.Thread(target=write, args=(number,)) for number in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(pad.text) == ["x"] * 200 + ["y"] * 200
    assert Document.load(pad.state(), client_id=NODE + 1).text == pad.text


def test_a_document_that_nobody_uses_is_gone() -> None:
    pad = document("text")
    inner = weakref.ref(pad._doc)
    del pad
    gc.collect()
    assert inner() is None


def test_a_thousand_documents_in_turn_leave_no_memory() -> None:
    state = document("x" * 50_000).state()

    def use(count: int) -> int:
        for number in range(count):
            pad = Document.load(state, client_id=number + 1)
            pad.apply_edits([Edit(number, 1, "y")])
        gc.collect()
        return psutil.Process().memory_info().rss

    first = use(200)
    assert use(1_000) - first < 20 * 2**20


def test_pycrdt_is_loaded_with_the_document_only() -> None:
    modules = ["edits", "encoding", "known_items", "refusals", "updates"]
    code = f"import sys, {', '.join(f'kernel.crdt.{name}' for name in modules)}\nassert 'pycrdt' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
