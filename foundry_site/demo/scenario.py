"""The demo's story in its order: written, talked about, released as 1.0, gone on with, and proposed to."""

from __future__ import annotations

from functools import partial

from foundry_site.demo import drawings
from foundry_site.demo.attachment_steps import AttachFile
from foundry_site.demo.proposals import PROPOSALS
from foundry_site.demo.steps import (
    AddComment,
    AddTask,
    AnswerComment,
    FinishTask,
    ReopenProject,
    ResolveComment,
    SaveVersion,
    SignRelease,
    SubmitRelease,
)
from foundry_site.demo.story import LATER_VERSIONS, NOTES, VERSIONS
from projects.demo import DANIEL, MARA, PRIYA, DemoStep

_SAVES = [SaveVersion(number, version) for number, version in enumerate((*VERSIONS, *LATER_VERSIONS), start=1)]
_RELEASED = len(VERSIONS)

SCENARIO: tuple[DemoStep, ...] = (
    *_SAVES[: _RELEASED - 1],
    AddComment(
        "sections",
        PRIYA,
        _RELEASED - 1,
        "Discontinue per section 6.4.3.",
        "Amendment 4 moves this to 6.4.4. Please check every section number in Dosing.",
    ),
    AddTask("amendment", MARA, "Section numbers follow amendment 4", DANIEL),
    _SAVES[_RELEASED - 1],
    AttachFile(
        DANIEL,
        "amendment-4-section-numbers.pdf",
        partial(drawings.pdf, "Section numbers in amendment 4", drawings.SECTIONS),
        version=_RELEASED,
    ),
    AnswerComment("sections", DANIEL, "Done with v12. 6.5 stays as it was."),
    ResolveComment("sections", PRIYA),
    FinishTask("amendment", DANIEL),
    SubmitRelease("1.0", DANIEL, _RELEASED, NOTES),
    SignRelease("1.0", DANIEL, "authored"),
    SignRelease("1.0", MARA, "reviewed", "Read against amendment 4, section by section."),
    SignRelease("1.0", PRIYA, "approved"),
    ReopenProject(MARA, "First questions from the sites: contacts and new cases are missing"),
    *_SAVES[_RELEASED:],
    AddComment(
        "weight",
        PRIYA,
        len(_SAVES),
        "Never compute a dose from body weight",
        "Cite 6.1.2 here, otherwise this reads as our opinion. @editor, can you take it?",
    ),
    AttachFile(
        PRIYA,
        "dose-levels.png",
        partial(drawings.png, "Dose levels, section 6.1.2", drawings.DOSES),
        comment="weight",
    ),
    AnswerComment("weight", MARA, "Agreed, before 1.1."),
    AddTask("flat", MARA, "Cite 6.1.2 for the flat dose", DANIEL),
    AddTask("pharmacovigilance", DANIEL, "Have pharmacovigilance confirm the 24 hours", PRIYA),
    *PROPOSALS,
)
