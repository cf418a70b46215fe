"""A run of the kind `try`: the model answers a question, with the draft's prompt as the system text."""

from __future__ import annotations

from functools import partial
from typing import Final

from django.utils.translation import gettext as _

from stages.runs.agents.answer_agent import AnswerAgent, outcome_words
from stages.runs.agents.model import Response
from stages.runs.choices import Outcome
from stages.runs.kinds.work import Work, WorkResult
from stages.runs.sources import request_of
from stages.runs.threads import in_thread

# Characters of an answer that lists show.
SUMMARY_LENGTH: Final = 200


async def work(at: Work) -> WorkResult:
    """Ask; the answer itself is on record with its call."""
    model = at.model()
    response = await AnswerAgent(model).answer(await in_thread(partial(request_of, at.run)))
    warnings = _warnings_of(response)
    for words in warnings:
        at.console.warn(words)
    return WorkResult(" ".join(response.text.split())[:SUMMARY_LENGTH], [*model.warnings, *warnings])


def _warnings_of(response: Response) -> list[str]:
    """What a reader of an answer must know of how it ended."""
    found = [] if response.outcome == Outcome.COMPLETED else [outcome_words(response.outcome)]
    names = ", ".join(call.name for call in response.tool_calls)
    if names:
        found.append(_("The model called tools, which are not run here: {names}").format(names=names))
    return found
