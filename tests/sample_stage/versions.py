"""A step in every new version: it records a note for one kind of prompt, and refuses another."""

from __future__ import annotations

from django.utils.translation import gettext as _

from drafts.new_versions import NewVersion
from kernel.errors import Conflict
from tests.sample_stage.services import insert_note

REFUSED = "This prompt is not for the clinic."
NOTED = "Ask the clinic."


def note_version(version: NewVersion) -> None:
    """Record a note with the version, or refuse it."""
    text = version.draft.prompt_text or ""
    if "prompt_text" not in version.changed_fields:
        return
    if REFUSED in text:
        raise Conflict(_("The sample stage refuses this prompt."))
    if NOTED in text:
        insert_note(version.write, f"{version.draft} asks the clinic")
