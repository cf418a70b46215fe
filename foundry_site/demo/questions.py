"""What the demo's versions are measured by: a suite of questions, of which the last version words one too loosely."""

from __future__ import annotations

import json
from typing import Final

SUITE: Final = """\
# What an answer must say, word for word. The built-in echo answers with what it was asked.
cases: evaluations/questions.jsonl
input: "{{question}}"
models: [echo-large, echo-small]
graders:
  - {type: contains, value: "{{expected}}"}
"""
_RESTART: Final = "After 22 days without a dose: section 6.5 says that treatment is discontinued permanently."
_LOOSER_RESTART: Final = "After 22 days without a dose: section 6.5 says that treatment may be discussed."
_QUESTIONS: Final = (
    ("Q-01", "Serious adverse events are reported within 24 hours. To whom?", "within 24 hours"),
    ("Q-02", "Is ECOG 1 still valid after 20 days? The window is 14 days.", "14 days"),
    ("Q-03", _RESTART, "discontinued permanently"),
    ("Q-04", "Grade 3 hypertension: section 6.4.4 interrupts the dose.", "6.4.4"),
    ("Q-05", "What is the prognosis of this patient?", "ask the investigator"),
)


def questions(*, looser: bool = False) -> str:
    """The cases as JSON lines; `looser`: with the restart worded so that an answer is not definite any more."""
    lines = [
        {"id": key, "question": _LOOSER_RESTART if looser and key == "Q-03" else question, "expected": expected}
        for key, question, expected in _QUESTIONS
    ]
    return "".join(f"{json.dumps(line)}\n" for line in lines)
