"""Steps when a project stops being open, and when an account closes."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _

from accounts.deactivation import Deactivation
from accounts.models import User
from kernel.errors import Conflict
from projects.models import Project
from projects.writing import ProjectWrite, upkeep_write
from tests.sample_stage.models import Note
from tests.sample_stage.services import insert_note

# A project with this note gets another one when it stops being open.
AT_CLOSING: Final = "Say when the project closes"
# An author of this note must not leave.
INDISPENSABLE: Final = "Ask me before the clinic is called"


def note_the_closing(write: ProjectWrite) -> None:
    """Put a last note on a project that wants one."""
    if Note._default_manager.filter(project=write.project, text=AT_CLOSING).exists():
        insert_note(write, f"The project is {write.project.status}")


def note_the_departure(deactivation: Deactivation) -> None:
    """Put a note on every project on which the person wrote one, or refuse to close the account."""
    written = Note._default_manager.filter(created_by=deactivation.user_id)
    if written.filter(text=INDISPENSABLE).exists():
        raise Conflict(_("Somebody must be able to ask them about the clinic."))
    name = User.objects.get(pk=deactivation.user_id).display_name
    for project in Project.objects.filter(pk__in=written.values("project")).order_by("id"):
        with upkeep_write(caller=deactivation.caller, project_id=project.id) as write:
            insert_note(write, f"{name} has left")
