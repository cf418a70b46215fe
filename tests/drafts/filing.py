"""Changes of files as a writer makes them."""

from __future__ import annotations

from audit.models import Event
from drafts.models import Draft
from drafts.services import change_files
from tests.writers import Writer

OLD, NEW = "files/old.md", "files/notes/new.md"
TEXT = "One\nTwo\nThree\n"


def change(writer: Writer, **given: object) -> Draft:
    """As the writer, on the current version."""
    newest = Draft.objects.of_project(writer.project.id).first()
    base = newest.version_number if newest else 0
    given = {"base_version": base, "session_id": writer.session, **given}
    return change_files(caller=writer.caller, project_id=writer.project.id, **given)  # type: ignore[arg-type]


def content(text: str = TEXT) -> dict[str, str]:
    return {"content": text}


def newest_event(writer: Writer, action: str) -> Event:
    event = Event.objects.of_project(writer.project.id).filter(action=action).last()
    assert event is not None
    return event
