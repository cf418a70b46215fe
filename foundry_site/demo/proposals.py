"""The demo's proposals: one in review, one of an agent that the newest versions have moved under, and a private one."""

from __future__ import annotations

from foundry_site.demo import texts
from foundry_site.demo.proposal_steps import ApproveProposal, CommentOnProposal, OpenProposal, Propose
from foundry_site.demo.story import LATER_VERSIONS, TOPOLOGY, VERSIONS
from projects.demo import ASSISTANT, DANIEL, MARA, PRIYA, DemoStep

_RELEASED = len(VERSIONS)
_NEWEST = _RELEASED + len(LATER_VERSIONS)
_FLAT_DOSE = "Never compute a dose from body weight: the dose is flat (section 6.1.2)."

PROPOSALS: tuple[DemoStep, ...] = (
    Propose(
        "flat dose",
        DANIEL,
        "Cite 6.1.2 for the flat dose",
        "Answers Priya's comment, and checks the dose level before an answer is drafted.",
        _NEWEST,
        {
            "prompt_text": texts.prompt(
                *(texts.ROLE, texts.SOURCES_WITH_CONTACT, texts.ELIGIBILITY_AMENDMENT_4),
                texts.DOSING_AMENDMENT_4.replace(
                    "Never compute a dose from body weight: the dose is flat.", _FLAT_DOSE
                ),
                *(texts.SAFETY_AMENDMENT_4, texts.STYLE_SHORTER, texts.REFUSALS, texts.OUTPUT),
            ),
            TOPOLOGY: {
                "language": "yaml",
                "content": texts.TOPOLOGY_AMENDMENT_4.replace(
                    "  - draft_answer\n", "  - check_dose_level\n  - draft_answer\n"
                ),
            },
        },
    ),
    OpenProposal("flat dose", DANIEL),
    CommentOnProposal(
        "flat dose",
        PRIYA,
        "prompt_text",
        "(section 6.1.2)",
        "6.1.2 gives the dose, 6.1.3 the schedule. Should both stand here?",
    ),
    CommentOnProposal(
        "flat dose",
        MARA,
        TOPOLOGY,
        "check_dose_level",
        "@editor, which document does this step read? Please name it under sources.",
    ),
    ApproveProposal("flat dose", PRIYA, "Read against section 6.1"),
    Propose(
        "amendment",
        ASSISTANT,
        "Name the amendment in every answer",
        "Coordinators asked which amendment an answer follows.",
        _RELEASED,
        {
            "prompt_text": texts.prompt(
                *(texts.ROLE, texts.SOURCES_AMENDMENT_4, texts.ELIGIBILITY_AMENDMENT_4, texts.DOSING_AMENDMENT_4),
                *(texts.SAFETY_AMENDMENT_4, texts.STYLE_SHORTER, texts.REFUSALS, texts.OUTPUT_WITH_AMENDMENT),
            )
        },
        on_behalf_of=MARA,
    ),
    OpenProposal("amendment", ASSISTANT),
    Propose(
        "refusals",
        DANIEL,
        "Refusals that say what to do instead",
        "",
        _NEWEST,
        {
            "prompt_text": texts.prompt(
                *(texts.ROLE, texts.SOURCES_WITH_CONTACT, texts.ELIGIBILITY_AMENDMENT_4, texts.DOSING_AMENDMENT_4),
                *(texts.SAFETY_AMENDMENT_4, texts.STYLE_SHORTER, texts.REFUSALS_WITH_ADVICE, texts.OUTPUT),
            )
        },
    ),
)
