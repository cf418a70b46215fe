"""Asks a question with the draft's prompt as the system text; the answer is the result."""

from __future__ import annotations

from django.utils.translation import gettext as _

from stages.runs.agents.base import AgentRequest, AgentResult, BaseAgent
from stages.runs.agents.model import Model, Prompt, PromptMessage, Response
from stages.runs.agents.variables import render


class AnswerAgent(BaseAgent):
    """One call: the system text is the prompt with the case's values, the user's message is the instruction."""

    def __init__(self, model: Model) -> None:
        self._model = model

    async def run(self, request: AgentRequest) -> AgentResult:
        """Ask; the answer is the summary. Raises `AgentFailed` (`missing_variable`) before anything is sent."""
        response = await self.answer(request)
        warnings = () if response.outcome == "completed" else (outcome_words(response.outcome),)
        return AgentResult(summary=response.text, warnings=warnings, outcome=response.outcome)

    async def answer(self, request: AgentRequest) -> Response:
        """As `run`, with the whole response: its tool calls, too."""
        self.check_request(request)
        return await self._model.generate(self.build_prompt(request))

    @staticmethod
    def build_prompt(request: AgentRequest) -> Prompt:
        """What will be sent. Raises `AgentFailed` (`missing_variable`)."""
        system = render(request.system, request.members, variables=request.variables)
        question = render(request.instruction, request.members, variables=request.variables)
        return Prompt(
            system=system,
            messages=(*request.history, PromptMessage("user", question)),
            parameters=request.parameters,
            tools=request.tools,
        )


def outcome_words(outcome: str) -> str:
    """Why an answer may not be whole."""
    if outcome == "refused":
        return _("The model refused to answer.")
    if outcome == "truncated":
        return _("The answer is cut off: it reached the limit of tokens.")
    return _("The provider gave an unknown reason for the end of the answer.")
