"""Who wrote the demo project, and its versions one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from foundry_site.demo import questions, texts
from projects.demo import DANIEL, MARA, SOFIA, DemoPerson

PROJECT_NAME = "Oncology protocol agent"
PROJECT_DESCRIPTION = "Answers questions on trial ONC-2041 from protocol and brochure"
TOPOLOGY = "files/topology.yaml"
CORPUS = "files/corpus/adverse_events.jsonl"
SUITE = "files/evaluations/protocol.yaml"
QUESTIONS = "files/evaluations/questions.jsonl"


@dataclass(frozen=True, slots=True)
class DemoVersion:
    """One save: by whom, why, and which fields."""

    author: DemoPerson
    message: str
    changes: Mapping[str, object] = field(hash=False)


def _yaml(content: str) -> dict[str, str]:
    return {"language": "yaml", "content": content}


def _jsonl(content: str) -> dict[str, str]:
    return {"language": "jsonl", "content": content}


VERSIONS = (
    DemoVersion(
        MARA,
        "First draft: the role and its sources",
        {
            "prompt_text": texts.prompt(texts.ROLE, texts.SOURCES_PLAIN, texts.STYLE),
            "model_configuration": texts.configuration(temperature=0.7),
        },
    ),
    DemoVersion(
        DANIEL,
        "Eligibility, criterion by criterion",
        {"prompt_text": texts.prompt(texts.ROLE, texts.SOURCES_PLAIN, texts.ELIGIBILITY, texts.STYLE)},
    ),
    DemoVersion(DANIEL, "Sources and steps in a file of their own", {TOPOLOGY: _yaml(texts.TOPOLOGY)}),
    DemoVersion(SOFIA, "Twelve adverse event cases to answer from", {CORPUS: _jsonl(texts.corpus(cleaned=False))}),
    DemoVersion(
        MARA,
        "Dosing section; sources named",
        {"prompt_text": texts.prompt(texts.ROLE, texts.SOURCES, texts.ELIGIBILITY, texts.DOSING, texts.STYLE)},
    ),
    DemoVersion(
        DANIEL,
        "Lower temperature: the same question, the same answer",
        {"model_configuration": texts.configuration(temperature=0.3)},
    ),
    DemoVersion(SOFIA, "Corpus cleaned: two cases stood there twice", {CORPUS: _jsonl(texts.corpus(cleaned=True))}),
    DemoVersion(
        MARA,
        "Safety section: grades, and the sponsor's clock",
        {
            "prompt_text": texts.prompt(
                texts.ROLE, texts.SOURCES, texts.ELIGIBILITY, texts.DOSING, texts.SAFETY, texts.STYLE
            )
        },
    ),
    DemoVersion(
        DANIEL,
        "Refusals, and the shape of an answer",
        {
            "prompt_text": texts.prompt(
                *(texts.ROLE, texts.SOURCES, texts.ELIGIBILITY, texts.DOSING),
                *(texts.SAFETY, texts.STYLE, texts.REFUSALS, texts.OUTPUT),
            ),
            "model_configuration": texts.configuration(temperature=0.3, graders=1),
        },
    ),
    DemoVersion(
        SOFIA,
        "Second grader, for safety statements",
        {
            "model_configuration": texts.configuration(temperature=0.3, graders=2),
            TOPOLOGY: _yaml(texts.TOPOLOGY_SECOND_GRADER),
        },
    ),
    DemoVersion(
        DANIEL,
        "Shorter answers: one paragraph",
        {
            "prompt_text": texts.prompt(
                *(texts.ROLE, texts.SOURCES, texts.ELIGIBILITY, texts.DOSING),
                *(texts.SAFETY, texts.STYLE_SHORTER, texts.REFUSALS, texts.OUTPUT),
            ),
            "model_configuration": texts.configuration(temperature=0.3, graders=2, output_tokens=900),
        },
    ),
    DemoVersion(
        MARA,
        "Amendment 4: reporting within 24 hours, ECOG window 14 days",
        {
            "prompt_text": texts.prompt(
                *(texts.ROLE, texts.SOURCES_AMENDMENT_4, texts.ELIGIBILITY_AMENDMENT_4, texts.DOSING_AMENDMENT_4),
                *(texts.SAFETY_AMENDMENT_4, texts.STYLE_SHORTER, texts.REFUSALS, texts.OUTPUT),
            ),
            "model_configuration": texts.configuration(temperature=0.1, top_k=12, graders=2, output_tokens=900),
            TOPOLOGY: _yaml(texts.TOPOLOGY_AMENDMENT_4),
        },
    ),
)

# What release 1.0 says about itself.
NOTES = """\
Answers follow amendment 4: serious adverse events are reported within 24 hours, and the ECOG window is 14 days.
Doses are never computed from body weight.

Why: amendment 4 is in force at all sites. Every section number in Dosing was checked against it."""

# After release 1.0, of the last one above.
LATER_VERSIONS = (
    DemoVersion(
        DANIEL,
        "Where the sources are silent, name whom to ask",
        {
            "prompt_text": texts.prompt(
                *(texts.ROLE, texts.SOURCES_WITH_CONTACT, texts.ELIGIBILITY_AMENDMENT_4, texts.DOSING_AMENDMENT_4),
                *(texts.SAFETY_AMENDMENT_4, texts.STYLE_SHORTER, texts.REFUSALS, texts.OUTPUT),
            )
        },
    ),
    DemoVersion(
        SOFIA,
        "Two cases of the second interim analysis; questions to measure versions by",
        {
            CORPUS: _jsonl(texts.corpus(cleaned=True, more=True)),
            SUITE: _yaml(questions.SUITE),
            QUESTIONS: _jsonl(questions.questions()),
        },
    ),
    DemoVersion(
        MARA,
        "More passages for questions on eligibility",
        {
            "model_configuration": texts.configuration(temperature=0.1, top_k=16, graders=2, output_tokens=900),
            QUESTIONS: _jsonl(questions.questions(looser=True)),
        },
    ),
)
