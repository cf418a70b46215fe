"""What the model that proposes a text is asked: the text, and how it did in some cases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from kernel.canonical import canonical
from stages.runs.agents.model import Prompt, PromptMessage

# Characters of a question or an answer that are shown: enough to learn from.
MAX_SHOWN: Final = 8_000
# Written to models in English, like what the other agents ask.
_QUESTION: Final = """\
An assistant works with these instructions:

<instructions>
{text}
</instructions>

This is how it did in some cases:

{lessons}

Write better instructions. Keep what works. Say what the answers lacked as rules that hold for other cases too, with \
the facts that the assistant cannot know; do not list these cases. Keep every name in double braces as it is, and use \
no other one. Answer with the whole new instructions between two lines of three backticks."""


def lesson_of(
    case: Mapping[str, object], question: str, answers: Iterable[tuple[str, Sequence[Mapping[str, Any]]]]
) -> str:
    """What a case teaches: its values, what was asked, and each answer with its grades; without any, it failed."""
    lines = ["## Values of the case", cut(canonical(dict(case))), "## Input", cut(question)]
    for answer, grades in answers:
        verdicts = [f"- {_verdict(each)}" for each in grades]
        lines += ["## Answer", cut(answer), "## Grades", *(verdicts or ["- failed"])]
    return "\n".join(lines)


def reflection(text: str, lessons: Sequence[str]) -> Prompt:
    """What the model is asked that proposes a text."""
    cases = "\n\n".join(f"# Case {number}\n{lesson}" for number, lesson in enumerate(lessons, 1))
    question = _QUESTION.format(text=text, lessons=cases)
    return Prompt(system="", messages=(PromptMessage("user", question),), purpose="reflect")


def cut(text: str) -> str:
    """The beginning of a long text."""
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]} […]"


def _verdict(grade: Mapping[str, Any]) -> str:
    word = "passed" if grade["passed"] else "failed"
    reason = grade.get("reason", "")
    return f"{grade['grader']}: {word}{f', {reason}' if reason else ''}"
