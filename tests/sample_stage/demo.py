"""What this stage adds to the demo."""

from __future__ import annotations

from projects.demo import DANIEL, DemoProject
from tests.sample_stage.services import add_note


class AddNote:
    """Daniel notes something."""

    def play(self, demo: DemoProject) -> None:
        add_note(caller=demo.once(DANIEL, "note"), project_id=demo.project.id, text="Ask the sites for their contacts")
