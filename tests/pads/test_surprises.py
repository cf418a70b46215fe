"""A surprise of the library in the middle of a batch: only who caused it is refused, and the document is dropped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pycrdt
import pytest

from accounts.callers import Caller
from kernel.crdt.documents import Document, DocumentBroken
from kernel.crdt.edits import Edit
from kernel.errors import ValidationFailed
from stages.pads.documents import DOCUMENTS
from stages.pads.loading import load_document
from stages.pads.models import Pad
from stages.pads.services import append_revisions, open_writer
from stages.pads.submissions import Accepted, EditsSubmission, Submission, UpdateSubmission
from stages.pads.verification import check_records
from tests.kernel.crdt.building import client_items, text_item, update, writes
from tests.pads.world import World, edit, text_of

BAD = "💥".encode()


def panic_class() -> type[BaseException]:
    """What Yrs raises where it gives up: no `Exception`."""
    document = Document.new(1)
    document.apply_edits([Edit(0, 0, "text")])
    document.apply_update(writes(2, 0, text_item("x")), {2})
    with pytest.raises(DocumentBroken) as broken:
        document.replay(update(client_items(2, 0, [])))
    cause = broken.value.__cause__
    assert cause is not None
    assert not isinstance(cause, Exception)
    return type(cause)


def writer(world: World, pad: Pad, name: str) -> tuple[Caller, int]:
    caller = world.session(name)
    return caller, open_writer(caller=caller, pad_id=pad.id)


def typed(caller: Caller, number: int, text: str) -> UpdateSubmission:
    """What a new Yjs client sends first."""
    return UpdateSubmission(caller=caller, epoch=1, update=writes(number, 0, text_item(text)))


@pytest.fixture
def explosive(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the library panic in an update that has a certain character, after it has applied it."""
    panic, apply = panic_class(), pycrdt.Doc.apply_update

    def apply_or_panic(document: Any, data: bytes) -> None:
        apply(document, data)
        if BAD in data:
            raise panic("index out of bounds")

    monkeypatch.setattr(pycrdt.Doc, "apply_update", apply_or_panic)


def outcomes(pad: Pad, submissions: Sequence[Submission]) -> list[int | str]:
    """The revision of each, or the name of its refusal."""
    found = append_revisions(pad_id=pad.id, submissions=submissions)
    return [each.revision if isinstance(each, Accepted) else type(each).__name__ for each in found]


@pytest.mark.usefixtures("explosive")
@pytest.mark.parametrize("place", range(3))
def test_only_the_culprit_is_refused(world: World, place: int):
    pad = world.pad()
    edit(world.session("olga"), pad, 0, (0, 0, "before "))
    ed, mara = writer(world, pad, "ed"), writer(world, pad, "mara")
    good: list[Submission] = [
        typed(*ed, "by Ed "),
        EditsSubmission(caller=world.session("ed"), revision=1, edits=(Edit(0, 0, "nobody"),)),
    ]
    culprit = typed(*mara, "bang 💥")
    submissions = [*good[:place], culprit, *good[place:]]

    found = outcomes(pad, submissions)

    assert found[place] == ValidationFailed.__name__
    # The second one has not opened the pad: a refusal of its own, as always.
    assert [each for number, each in enumerate(found) if number != place] == [2, "Conflict"]
    assert sorted(text_of(pad)) == sorted("before by Ed ")
    assert load_document(pad.id).document.text == text_of(pad)
    # She goes on writing, under the same number.
    assert outcomes(pad, [typed(*mara, "by Mara")]) == [3]
    assert list(check_records()) == []


@pytest.mark.usefixtures("explosive")
def test_the_document_is_dropped(world: World):
    pad = world.pad()
    mara = writer(world, pad, "mara")
    assert outcomes(pad, [typed(*mara, "a")]) == [1]
    with DOCUMENTS.using(pad.id) as cached:
        document = cached.load(pad.id).document
    bad = writes(mara[1], 1, text_item("💥", left=(mara[1], 0)))
    assert outcomes(pad, [UpdateSubmission(caller=mara[0], epoch=1, update=bad)]) == [ValidationFailed.__name__]
    assert document.is_broken
    with DOCUMENTS.using(pad.id) as cached:
        again = cached.load(pad.id).document
    assert again is not document
    assert again.text == text_of(pad) == "a"
