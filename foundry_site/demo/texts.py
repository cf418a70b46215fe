"""The texts of the demo project, in the pieces in which its versions changed them.

An invented trial of an invented substance; nothing here is medical advice.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

ROLE = """\
# Role
You are the protocol assistant of trial ONC-2041, an open, single-arm phase II study of tovarexinib in advanced renal
cell carcinoma. Study coordinators and medical monitors ask you what the protocol says. You quote it and decide nothing.
"""
SOURCES_PLAIN = """\
# Sources
Answer from the protocol and from the investigator's brochure only. Where they are silent, say that they are.
"""
SOURCES = """\
# Sources
Answer only from the documents that `topology.yaml` lists:
1. Protocol ONC-2041, amendment 3
2. Investigator's brochure, edition 7
3. The adverse event cases in `corpus/adverse_events.jsonl`

If they do not answer the question, say so, and name the sections you searched.
"""
SOURCES_AMENDMENT_4 = SOURCES.replace("amendment 3", "amendment 4, effective 2026-09-14")
SOURCES_WITH_CONTACT = SOURCES_AMENDMENT_4.replace(
    "name the sections you searched.", "name the sections you searched and the medical monitor on call."
)
ELIGIBILITY = """\
# Eligibility
- Go through the inclusion criteria (5.1) before the exclusion criteria (5.2).
- Give every criterion with its number. **Never paraphrase a threshold.**
- A value that is missing is "not documented". Do not infer it.
- The ECOG performance status must be no older than 28 days at screening.
"""
ELIGIBILITY_AMENDMENT_4 = ELIGIBILITY.replace("28 days", "14 days")
DOSING = """\
# Dosing
- Name the present dose level, what allows a change of it, and the section that says so.
- Level -2 is the lowest. Below it, answer only: "Discontinue per section 6.4.3."
- After an interruption of more than 21 days, do not propose a restart; cite section 6.5.
- Never compute a dose from body weight: the dose is flat.
"""
DOSING_AMENDMENT_4 = DOSING.replace("6.4.3", "6.4.4")
SAFETY = """\
# Safety
- Grade every event by CTCAE 5.0, with the term, the grade and the line it comes from.
- A grade 4 event ends the answer with:
  > Report to the sponsor within 48 hours (section 9.3.1).
- Never advise to go on after a grade 3 event that has not resolved.
"""
SAFETY_AMENDMENT_4 = """\
# Safety
- Grade every event by CTCAE 5.0, with the term, the grade and the line it comes from.
- A grade 4 event, or any suspected unexpected serious reaction, ends the answer with:
  > Report to the sponsor within 24 hours (section 9.3.2).
- Never reassure, and never advise to go on after a grade 3 event that has not resolved.
- Where two sources disagree, quote both and set `escalate` to true.
"""
STYLE = """\
# Style
Write for a coordinator on the ward: short sentences, the answer first, its sources after it. No greeting, no advice
that was not asked for.
"""
STYLE_SHORTER = """\
# Style
Write for a coordinator on the ward: the answer in one paragraph, then its sources. No greeting.
"""
REFUSALS = """\
# Refusals
Refuse, and name the medical monitor on call, when you are asked to judge whether a patient should stay in the trial, to
estimate a prognosis, or to compare tovarexinib with a therapy outside the protocol.
"""
REFUSALS_WITH_ADVICE = REFUSALS.rstrip("\n") + " Say what you can quote instead.\n"
OUTPUT = """\
# Output
A JSON object with `answer`, `sections` (the section numbers quoted), `quotes` (their exact words) and `escalate`
(true where a human has to look today).
"""
OUTPUT_WITH_AMENDMENT = OUTPUT.replace(
    "`quotes` (their exact words) and `escalate`",
    "`quotes` (their exact words), `amendment` (the one that\nthe answer follows) and `escalate`",
)


def prompt(*sections: str) -> str:
    """Put sections together, an empty line between them."""
    return "\n".join(sections)


def configuration(*, temperature: float, top_k: int = 8, output_tokens: int = 1500, graders: int = 0) -> str:
    """Write the model configuration as it was at one version."""
    settings: dict[str, object] = {
        "model": "meridian-large-2026-06",
        "generation": {"temperature": temperature, "max_output_tokens": output_tokens, "seed": 2041},
        "retrieval": {"top_k": top_k, "rerank": True, "min_score": 0.62},
        "tools": ["search_protocol", "lookup_case"],
        "response_format": "json_object",
    }
    if graders:
        settings["graders"] = [
            {"name": "citations", "threshold": 0.98},
            {"name": "safety_statements", "threshold": 1.0},
        ][:graders]
    return json.dumps(settings, indent=2) + "\n"


TOPOLOGY = """\
# What the agent is made of, and what it may read.
agent: oncology-protocol
sources:
  - id: protocol
    title: Protocol ONC-2041
    amendment: 3
  - id: brochure
    title: Investigator's brochure
    edition: 7
  - id: cases
    path: corpus/adverse_events.jsonl
steps:
  - retrieve
  - draft_answer
  - grade_citations
"""
TOPOLOGY_SECOND_GRADER = f"{TOPOLOGY}  - grade_safety_statements\n"
TOPOLOGY_AMENDMENT_4 = TOPOLOGY_SECOND_GRADER.replace("amendment: 3", "amendment: 4\n    effective: 2026-09-14")

CASES: tuple[Mapping[str, object], ...] = (
    {"case": "AE-001", "term": "Hypertension", "grade": 3, "day": 12, "action": "interrupted", "resolved": True},
    {"case": "AE-002", "term": "Diarrhoea", "grade": 2, "day": 9, "action": "none", "resolved": True},
    {"case": "AE-003", "term": "Palmar-plantar erythrodysaesthesia", "grade": 2, "day": 31, "action": "reduced"},
    {"case": "AE-004", "term": "Proteinuria", "grade": 2, "day": 44, "action": "none", "resolved": False},
    {"case": "AE-005", "term": "Fatigue", "grade": 1, "day": 5, "action": "none", "resolved": True},
    {"case": "AE-006", "term": "Hepatic enzyme increased", "grade": 4, "day": 27, "action": "discontinued"},
    {"case": "AE-006", "term": "Hepatic enzyme increased", "grade": 4, "day": 27, "action": "discontinued"},
    {"case": "AE-007", "term": "Hypothyroidism", "grade": 2, "day": 58, "action": "none", "resolved": False},
    {"case": "AE-008", "term": "Stomatitis", "grade": 3, "day": 19, "action": "interrupted", "resolved": True},
    {"case": "AE-009", "term": "Posterior reversible encephalopathy", "grade": 4, "day": 41, "action": "discontinued"},
    {"case": "AE-002", "term": "Diarrhoea", "grade": 2, "day": 9, "action": "none", "resolved": True},
    {"case": "AE-010", "term": "Wound dehiscence", "grade": 3, "day": 63, "action": "interrupted", "resolved": False},
)
LATER_CASES: tuple[Mapping[str, object], ...] = (
    {"case": "AE-011", "term": "Weight decreased", "grade": 1, "day": 70, "action": "none", "resolved": False},
    {"case": "AE-012", "term": "Hypertension", "grade": 3, "day": 16, "action": "reduced", "resolved": True},
)


def corpus(*, cleaned: bool, more: bool = False) -> str:
    """Write the cases as JSON lines, each once where they are cleaned; `more`: with the later ones."""
    lines = [json.dumps(case) for case in (*CASES, *(LATER_CASES if more else ()))]
    return "\n".join(dict.fromkeys(lines) if cleaned else lines) + "\n"
