"""d4 to d6: the log of a pad, against bare inserts, against a short log, and in bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING
from uuid import UUID

from django.apps import apps

from bench.figure import Figure, Goal, compared, in_turn, per_second, seconds
from bench.world import bare_connection, person, project

if TYPE_CHECKING:
    from psycopg import Connection

    from accounts.callers import Caller

STAGE = "stages.pads"
# Changes that one transaction appends, as of 20 people who write on one node.
BATCH = 20
LONG, SHORT = 100_000, 100
# Of a text with its paragraphs; every second change takes back what the one before wrote.
TEXT = "Restart after an interruption of up to 28 days, one dose level lower (section 6.5.2).\n" * 24
MAX_BYTES = 300
INSERT = (
    "INSERT INTO pads_revision (pad_id, revision, epoch, writer, user_id, at, edits, update, length)"
    " SELECT pad_id, %s, epoch, writer, user_id, clock_timestamp(), edits, update, length FROM pads_revision"
    " WHERE pad_id = %s AND revision = 1"
)
MOVE_HEAD = "UPDATE pads_pad SET head = head + 1, changed_at = clock_timestamp() WHERE id = %s"


def measure(wanted: set[str], *, quick: bool) -> list[Figure]:
    """Those of d4 to d6 that are wanted; none, which is said, where the stage is not installed."""
    if not apps.is_installed(STAGE):
        print(f"LEFT OUT: {', '.join(sorted(wanted))}. They need the stage `pads`, which FOUNDRY_STAGES leaves out.")
        return []
    pads = _Pads()
    figures = []
    rounds = 2 if quick else 5
    if "d4" in wanted:
        figures.append(_batches(pads, rounds, times=25 if quick else 100))
    if wanted & {"d5", "d6"}:
        length = LONG // 20 if quick else LONG
        long, short = pads.new(), pads.new()
        pads.write(long, length)
        pads.write(short, SHORT)
        if "d5" in wanted:
            figures.append(_opening(pads, long, short, length, rounds))
        if "d6" in wanted:
            figures.append(_bytes(long, length))
    return figures


class _Pads:
    """A project whose owner writes in pads."""

    def __init__(self) -> None:
        from locking.sessions import open_session

        owner = person("writer")
        self.project_id = project(owner).id
        session = open_session(caller=owner.caller, project_id=self.project_id, connected=False)
        self.caller: Caller = replace(owner.caller, session_id=session.session_id)

    def new(self) -> UUID:
        from stages.pads.services import create_pad, open_writer

        pad_id: UUID = create_pad(caller=self.caller, project_id=self.project_id, name="Bench").id
        open_writer(caller=self.caller, pad_id=pad_id)
        return pad_id

    def write(self, pad_id: UUID, revisions: int) -> None:
        """Write the text, and then so many changes in all, each second one taking back the one before."""
        head = self.append(pad_id, [(0, 0, TEXT)], head=0)
        while head < revisions:
            some = min(BATCH * 10, revisions - head)
            places = [(97 * (head + number) // 2) % len(TEXT) for number in range(some)]
            changes = [(place, 0, "x") if (head + n) % 2 else (places[n - 1], 1, "") for n, place in enumerate(places)]
            head = self.append(pad_id, changes, head=head)

    def append(self, pad_id: UUID, changes: Sequence[tuple[int, int, str]], *, head: int) -> int:
        """Append changes, each of the text after the one before, in one batch; the new head."""
        from kernel.crdt.edits import Edit
        from stages.pads.services import append_revisions, tidy_if_due
        from stages.pads.submissions import Accepted, EditsSubmission

        submissions = [
            EditsSubmission(caller=self.caller, revision=head + number, edits=(Edit(*change),))
            for number, change in enumerate(changes)
        ]
        for outcome in append_revisions(pad_id=pad_id, submissions=submissions):
            assert isinstance(outcome, Accepted), outcome
            head = outcome.revision
        tidy_if_due(pad_id=pad_id)
        return head


def _batches(pads: _Pads, rounds: int, times: int) -> Figure:
    ours, bares = pads.new(), pads.new()
    heads = {"ours": pads.append(ours, [(0, 0, TEXT)], head=0)}
    pads.append(bares, [(0, 0, "x")], head=0)
    numbers = count(2)

    def write() -> None:
        changes = [(40 * number, 0, "x") for number in range(BATCH)]
        heads["ours"] = pads.append(ours, changes, head=heads["ours"])

    with bare_connection() as bare:
        pairs = in_turn(
            rounds,
            lambda: BATCH * times / seconds(lambda: [write() for _ in range(times)]),
            lambda: per_second(lambda: _insert(bare, bares, next(numbers)), BATCH * times),
        )
    notes = [f"{BATCH} changes in a transaction. Baseline: psycopg, one change and the new head in a transaction."]
    return compared("d4", "Changes appended to a pad", "changes/s", Goal(">=", 2.5), pairs, notes=notes)


def _insert(bare: Connection[tuple[object, ...]], pad_id: UUID, number: int) -> None:
    with bare.transaction():
        bare.execute(INSERT, [number, pad_id])
        bare.execute(MOVE_HEAD, [pad_id])


def _opening(pads: _Pads, long: UUID, short: UUID, length: int, rounds: int) -> Figure:
    from stages.pads.opening import open_pad
    from stages.pads.services import tidy_document

    for pad_id in (long, short):
        tidy_document(pad_id=pad_id, is_quiet=True)

    def milliseconds(pad_id: UUID) -> float:
        given = {"caller": pads.caller, "project_id": pads.project_id, "pad_id": pad_id}
        times = [seconds(lambda: open_pad(**given, dialect="yjs", epoch=None, after=None)) for _ in range(20)]
        return 1000 * min(times)

    pairs = in_turn(rounds, lambda: milliseconds(long), lambda: milliseconds(short))
    notes = [f"One text after {length:,} changes, beside the same after {SHORT}; both pads were quiet."]
    return compared("d5", "A pad opened", "ms", Goal("<=", 1.5), pairs, notes=notes)


def _bytes(pad_id: UUID, length: int) -> Figure:
    sizes = "SELECT sum(pg_column_size(r.*)) FROM pads_revision AS r WHERE pad_id = %s"
    index = "SELECT pg_indexes_size('pads_revision')::float / greatest(count(*), 1) FROM pads_revision"
    with bare_connection() as bare:
        (rows,) = bare.execute(sizes, [pad_id]).fetchone() or (0,)
        (of_index,) = bare.execute(index).fetchone() or (0,)
    each = float(str(rows)) / length + float(str(of_index))
    notes = [f"With its part of the indexes, of {length:,} changes of one character. The baseline is the limit itself."]
    return compared("d6", "A revision stored", "bytes", Goal("<=", 1), [(each, MAX_BYTES)], notes=notes)
