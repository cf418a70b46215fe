"""What this stage adds to the demo: a pad for the prompt, written by three people, of which a part becomes v13."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from accounts.callers import Caller
from drafts.models import Draft
from kernel.crdt.edits import Edit
from locking.services import acquire_lock
from locking.sessions import open_session
from projects.demo import DANIEL, MARA, SOFIA, DemoPerson, DemoProject
from projects.fields import PROMPT
from stages.pads.choices import DEMO_VERSION
from stages.pads.loading import read_text
from stages.pads.models import Pad
from stages.pads.ranges import Range
from stages.pads.services import create_pad, edit_pad, promote_pad

NAME: Final = "Questions from the sites"
MESSAGE: Final = "Where the sources are silent, name whom to ask"
# The line of the prompt that changes, and what it says afterwards.
BEFORE: Final = "If they do not answer the question, say so, and name the sections you searched."
AFTER: Final = (
    "If they do not answer the question, say so, and name the sections you searched and the medical monitor on call."
)
NOTES: Final = """\
# What the sites asked in the first week
- Site 03: where do I turn when the agent finds nothing?
- Site 11: it said "not documented" and stopped.

# Decided
"""
OPEN: Final = """
# Open questions
- Does the monitor on call change on weekends?
- Which line counts when a case has two grades on one day?
"""


class PromoteContacts:
    """Daniel asks, Mara answers, Sofia shortens; Daniel promotes the line that they agreed on, and they go on."""

    def play(self, demo: DemoProject) -> None:
        if Draft.objects.filter(project=demo.project, version_number=DEMO_VERSION).exists():
            return
        pad = create_pad(caller=demo.once(DANIEL, "pad"), project_id=demo.project.id, name=NAME, target_field=PROMPT)
        self._write(demo, pad, DANIEL, "", NOTES + BEFORE + "\n")
        self._write(demo, pad, MARA, "searched.\n", "searched and the medical monitor who is on call.\n")
        self._write(demo, pad, SOFIA, "who is ", "")
        self._write(demo, pad, MARA, "on call.\n", "on call.\n" + OPEN)
        self._promote(demo, pad)
        self._write(demo, pad, SOFIA, "# Open", "Daniel took this into the prompt.\n\n# Open")

    def _write(self, demo: DemoProject, pad: Pad, person: DemoPerson, old: str, new: str) -> None:
        """Replace words by others; where a demo was interrupted that has been done."""
        text = read_text(pad.id)
        if old not in text.text or (new and new in text.text):
            return
        edit = Edit(text.text.index(old), len(old), new)
        edit_pad(caller=self._in_session(demo, person), pad_id=pad.id, revision=text.revision, edits=(edit,))

    def _promote(self, demo: DemoProject, pad: Pad) -> None:
        caller = self._in_session(demo, DANIEL)
        assert caller.session_id is not None
        draft = Draft.objects.of_project(demo.project.id).select_related("prompt").first()
        assert draft is not None
        prompt, text = draft.prompt_text or "", read_text(pad.id)
        part, place = text.text.index(AFTER), prompt.index(BEFORE)
        lock = acquire_lock(caller=caller, project_id=demo.project.id, field=PROMPT, session_id=caller.session_id)
        promote_pad(
            caller=caller,
            pad_id=pad.id,
            revision=text.revision,
            part=Range(part, part + len(AFTER)),
            field=PROMPT,
            place=Range(place, place + len(BEFORE)),
            session_id=caller.session_id,
            token=lock.token,
            base_version=draft.version_number,
            message=MESSAGE,
            release_locks=True,
        )

    def _in_session(self, demo: DemoProject, person: DemoPerson) -> Caller:
        caller = demo.caller(person)
        opened = open_session(caller=caller, project_id=demo.project.id, connected=False)
        return replace(caller, session_id=opened.session_id)
