"""The writes of the sample stage."""

from __future__ import annotations

from uuid import UUID

from uuid_utils.compat import uuid7

from accounts.callers import Caller
from audit.models import Event
from audit.services import Target
from drafts.fingerprints import fingerprint
from kernel.names import check_name
from locking.models import EndReason, Lease
from projects.models import Member, Role
from projects.writing import ProjectWrite, project_write
from tests.sample_stage.events import NOTE_ADDED, NOTES_CLOSED
from tests.sample_stage.live import publish_note
from tests.sample_stage.models import MAX_TEXT, Note


def add_note(*, caller: Caller, project_id: UUID, text: str) -> Note:
    """Put a note on a project. Raises `ValidationFailed` for the text."""
    with project_write(
        caller=caller, project_id=project_id, action="note.add", parameters={"note": fingerprint(text)}
    ) as write:
        if write.repeat_of is not None:
            return Note._default_manager.get(pk=write.repeat_of.target_id)
        note, event = insert_note(write, check_name(text, name="text", maximum=MAX_TEXT))
        owners = Member.objects.filter(project=project_id, role=Role.OWNER).values_list("user_id", flat=True)
        write.notify(NOTE_ADDED.inbox[0], owners, event.data, event.seq)
        return note


def insert_note(write: ProjectWrite, text: str) -> tuple[Note, Event]:
    """Record a note inside a write that may add one."""
    note = Note(id=uuid7(), project=write.project, created_by=write.caller.user, text=text)
    event = write.record("note.added", Target.of("note", note.id), {"note_id": str(note.id), "text": note.text})
    note.created_at = event.at
    note.save(force_insert=True)
    number = Note._default_manager.filter(project=write.project).count()
    write.afterwards(publish_note, note, number)
    return note, event


def close_notes(*, caller: Caller, project_id: UUID) -> None:
    """Let nobody follow the notes of a project any more; an event that lowers access."""
    with project_write(caller=caller, project_id=project_id, action="task.write", parameters={}) as write:
        write.record(NOTES_CLOSED.name, Target.of("project", project_id), {})


def note_the_end(write: ProjectWrite, lease: Lease, why: EndReason) -> None:
    """A step at the end of a lease: the project gets a note when its file of notes comes free."""
    if lease.field == "files/notes.md":
        insert_note(write, f"{lease.field}: {why.value}")
