"""Restoring an earlier text, and taking one person's changes out of the newest one."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from kernel.crdt.edits import Edit, Edits, apply_edits, check_edits, count_units, from_units, to_units
from stages.pads.authors import Authors, Runs
from stages.pads.reverting import LoggedChange, Reversion, restore, take_back
from tests.kernel.crdt.texts import changes, texts

ED, MARA, REPAIR = 1, 2, 9


@dataclass(frozen=True)
class Mark:
    """One UTF-16 unit, as itself and no other: `number` is drawn once."""

    number: int
    unit: str
    author: int


class NaiveLog:
    """A log whose text is kept mark by mark."""

    def __init__(self, text: str) -> None:
        self._count = 0
        self.marks = self._new(text, 0)
        self.revisions: list[LoggedChange] = []
        self.states = [list(self.marks)]

    def _new(self, text: str, author: int) -> list[Mark]:
        units = to_units(text)
        self._count += len(units)
        return [Mark(self._count - at, unit, author) for at, unit in enumerate(units)]

    def write(self, edits: Edits, user: int) -> None:
        for edit in reversed(edits):
            self.marks[edit.pos : edit.pos + edit.delete] = self._new(edit.insert, user)
        self.revisions.append(LoggedChange(len(self.revisions) + 1, user, user, edits))
        self.states.append(list(self.marks))

    def text(self, revision: int = -1) -> str:
        return from_units("".join(mark.unit for mark in self.states[revision]))

    def authors(self, revision: int = -1) -> Authors:
        return Authors((mark.author, 1) for mark in self.states[revision])

    def take_back(self, user: int, after: int, until: int) -> Reversion:
        return take_back(
            self.revisions[after:], user, after, until, text=self.text(after), runs=self.authors(after).runs
        )

    def change_of(self, user: int, after: int, until: int) -> tuple[set[Mark], set[Mark]]:
        """The marks that `user` wrote, and those that they deleted of what they had not written."""
        wrote: set[Mark] = set()
        deleted: set[Mark] = set()
        for revision in self.revisions[after:until]:
            if revision.user == user:
                before, now = set(self.states[revision.revision - 1]), set(self.states[revision.revision])
                wrote |= now - before
                deleted |= before - now
        return wrote, deleted - wrote


def after_reversion(log: NaiveLog, reversion: Reversion) -> tuple[str, Runs]:
    check_edits(reversion.edits, log.text())
    authors = log.authors()
    authors.apply(reversion.edits, REPAIR, reversion.credits)
    return apply_edits(log.text(), reversion.edits), authors.runs


@st.composite
def logs(draw: st.DrawFn) -> NaiveLog:
    log = NaiveLog(draw(texts))
    for _revision in range(draw(st.integers(1, 8))):
        log.write(draw(changes(log.text(), most=2)), draw(st.sampled_from([ED, MARA])))
    return log


@given(logs(), st.data())
def test_take_back_leaves_what_others_wrote_and_brings_back_what_was_deleted(
    log: NaiveLog, data: st.DataObject
) -> None:
    head = len(log.revisions)
    after, until = sorted(data.draw(st.tuples(st.integers(0, head), st.integers(0, head))))
    text, runs = after_reversion(log, log.take_back(ED, after, until))
    wrote, deleted = log.change_of(ED, after, until)
    kept = [mark for mark in log.states[-1] if mark not in wrote]
    assert sorted(to_units(text)) == sorted(mark.unit for mark in (*kept, *deleted))
    counts: dict[int, int] = {}
    for mark in (*kept, *deleted):
        counts[mark.author] = counts.get(mark.author, 0) + 1
    assert {author: sum(n for a, n in runs if a == author) for author in {a for a, _n in runs}} == counts
    units = iter(to_units(text))
    assert all(mark.unit in units for mark in kept)


@given(logs())
def test_take_back_of_all_that_anybody_wrote_is_the_earlier_text(log: NaiveLog) -> None:
    alone = NaiveLog(log.text(0))
    for revision in log.revisions:
        alone.write(revision.edits, ED)
    assert after_reversion(alone, alone.take_back(ED, 0, len(log.revisions))) == (log.text(0), log.authors(0).runs)


@given(texts, st.data())
def test_take_back_of_a_mass_deletion_puts_everything_where_it_was(text: str, data: st.DataObject) -> None:
    log = NaiveLog(text)
    log.write((Edit(count_units(text), 0, "end"),), MARA)
    log.write((Edit(0, count_units(log.text()), ""),), ED)
    log.write((Edit(0, 0, data.draw(texts.filter(bool))),), MARA)
    back, runs = after_reversion(log, log.take_back(ED, 1, 2))
    assert back == log.text(1) + log.text()
    assert runs == Authors((*log.authors(1).runs, *log.authors().runs)).runs


def test_what_a_person_wrote_and_another_deleted_does_not_come_back() -> None:
    log = NaiveLog("one three")
    log.write((Edit(3, 0, " two"),), ED)
    log.write((Edit(4, 3, "2"),), MARA)
    log.write((Edit(0, 4, ""),), ED)
    text, _runs = after_reversion(log, log.take_back(ED, 0, 3))
    assert text == "one2 three"


@given(logs(), st.data())
def test_restoring_gives_text_and_authors_as_they_were(log: NaiveLog, data: st.DataObject) -> None:
    revision = data.draw(st.integers(0, len(log.revisions)))
    reversion = restore(log.text(), log.authors().runs, log.text(revision), log.authors(revision).runs)
    assert after_reversion(log, reversion) == (log.text(revision), log.authors(revision).runs)


def test_restoring_leaves_what_did_not_change() -> None:
    log = NaiveLog("one\ntwo\nthree\n")
    log.write((Edit(4, 3, "2 😀"),), ED)
    reversion = restore(log.text(), log.authors().runs, log.text(0), log.authors(0).runs)
    assert reversion == Reversion((Edit(4, 4, "two"),), ((0, 3),))


def test_restoring_cuts_no_character_in_two() -> None:
    log = NaiveLog("😀")
    log.write((Edit(0, 2, "😁"),), ED)
    same_author = restore("😁", [(0, 2)], "😀", [(0, 2)])
    assert same_author == Reversion((Edit(0, 2, "😀"),), ((0, 2),))
    assert after_reversion(log, restore("😁", [(ED, 2)], "😀", [(0, 2)])) == ("😀", ((0, 2),))
