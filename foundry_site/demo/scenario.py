"""The demo's story in its order: written, talked about, released as 1.0, and gone on with."""

from __future__ import annotations

from foundry_site.demo.steps import Answer, Comment, Reopen, Resolve, Save, Sign, Submit, Task, Tick
from foundry_site.demo.story import LATER_VERSIONS, VERSIONS
from projects.demo import DANIEL, MARA, PRIYA, DemoStep

_SAVES = [Save(number, version) for number, version in enumerate((*VERSIONS, *LATER_VERSIONS), start=1)]
_RELEASED = len(VERSIONS)

SCENARIO: tuple[DemoStep, ...] = (
    *_SAVES[: _RELEASED - 1],
    Comment(
        "sections",
        PRIYA,
        _RELEASED - 1,
        "Discontinue per section 6.4.3.",
        "Amendment 4 moves this to 6.4.4. Please check every section number in Dosing.",
    ),
    Task("amendment", MARA, "Section numbers follow amendment 4", DANIEL),
    _SAVES[_RELEASED - 1],
    Answer("sections", DANIEL, "Done with v12. 6.5 stays as it was."),
    Resolve("sections", PRIYA),
    Tick("amendment", DANIEL),
    Submit("1.0", DANIEL, _RELEASED),
    Sign("1.0", DANIEL, "authored"),
    Sign("1.0", MARA, "reviewed", "Read against amendment 4, section by section."),
    Sign("1.0", PRIYA, "approved"),
    Reopen(MARA, "First questions from the sites: contacts and new cases are missing"),
    *_SAVES[_RELEASED:],
    Comment(
        "weight",
        PRIYA,
        len(_SAVES),
        "Never compute a dose from body weight",
        "Cite 6.1.2 here, otherwise this reads as our opinion. @editor, can you take it?",
    ),
    Answer("weight", MARA, "Agreed, before 1.1."),
    Task("flat", MARA, "Cite 6.1.2 for the flat dose", DANIEL),
    Task("pharmacovigilance", DANIEL, "Have pharmacovigilance confirm the 24 hours", PRIYA),
)
