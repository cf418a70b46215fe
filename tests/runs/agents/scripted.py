"""A model that answers what a test wrote, and keeps what it was asked."""

from __future__ import annotations

from dataclasses import dataclass, field

from stages.runs.agents.model import Prompt


@dataclass(frozen=True)
class Call:
    name: str
    arguments: str = "{}"


@dataclass(frozen=True)
class Answer:
    text: str
    outcome: str = "completed"
    tool_calls: tuple[Call, ...] = ()


@dataclass
class ScriptedModel:
    answers: list[Answer]
    asked: list[Prompt] = field(default_factory=list)

    @classmethod
    def of(cls, *answers: str | Answer) -> ScriptedModel:
        return cls([Answer(each) if isinstance(each, str) else each for each in answers])

    async def generate(self, request: Prompt, /) -> Answer:
        self.asked.append(request)
        return self.answers.pop(0)

    @property
    def sent(self) -> str:
        """All that was sent."""
        return "\n".join(
            text for prompt in self.asked for text in (prompt.system, *(each.content for each in prompt.messages))
        )
