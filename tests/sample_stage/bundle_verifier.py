"""The notes in a bundle: one line for each event, in a folder of the stage. Also a piece of `verify.py`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from audit.derivation import Event, Json, actor_of
from publishing.bundle.verifier.chain import Facts
from publishing.bundle.verifier.parts import Part, add_part
from publishing.bundle.verifier.reading import check
from publishing.bundle.verifier.record import check_lines

NOTES_FILE = "notes/notes.jsonl"


def notes_of(events: Iterable[Event]) -> Iterator[Json]:
    """Every note, as its event tells it."""
    for _, at, record in events:
        if record["action"] == "note.added":
            yield {
                "id": record["target"]["id"],
                "text": record["data"]["text"],
                "created_at": at,
                "created_by": actor_of(record),
            }


def check_notes(facts: Facts) -> None:
    """Each line is what its event says, and the gate counted the notes that there were."""
    check_lines(facts, NOTES_FILE, notes_of(facts.all_events()))
    notes = 0
    for number, _, record in facts.all_events():
        notes += record["action"] == "note.added"
        said = record["data"].get("gates", {}).get("notes")
        check(said is None or said == {"notes": notes}, f"event {number}: there were {notes} notes")


add_part(
    Part("sample_stage", actions=frozenset({"note.added"}), folders=frozenset({"notes"}), check=check_notes),
)
