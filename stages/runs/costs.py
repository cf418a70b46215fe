"""What asking costs: of tokens that were counted, and at most, before anything is asked.

Money is in millionths of the currency.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from django.utils import timezone

from kernel.canonical import canonical
from stages.runs.llm.requests import ModelRequest
from stages.runs.models import Meter, ModelProfile

MILLION: Final = 1_000_000
# Tokens that a provider puts around each text of a request, and where tools are offered: more than any of them does.
TOKENS_OF_A_TEXT: Final = 16
TOKENS_OF_TOOLS: Final = 1000


def cost_of(profile: ModelProfile, input_tokens: int, output_tokens: int) -> int:
    """What tokens cost, rounded up."""
    micros = input_tokens * profile.input_price + output_tokens * profile.output_price
    return -(-micros // MILLION)


def worst_cost(profile: ModelProfile, texts: Iterable[str], *, has_tools: bool = False) -> int:
    """What one call with these texts costs at most: every byte a token, and an answer up to the limit of tokens.

    A token is at least one byte in every known tokenizer. Texts of tools are texts too.
    """
    input_tokens = sum(len(text.encode()) + TOKENS_OF_A_TEXT for text in texts)
    return cost_of(profile, input_tokens + has_tools * TOKENS_OF_TOOLS, profile.token_limit)


def worst_cost_of(profile: ModelProfile, request: ModelRequest) -> int:
    """What a request costs at most, with its tools."""
    texts = [request.system, *(turn.content for turn in request.messages)]
    for tool in request.tools:
        texts += [tool.name, tool.description, canonical(dict(tool.parameters))]
    return worst_cost(profile, texts, has_tools=bool(request.tools))


def budget_of(project_id: UUID) -> Meter:
    """What a project has spent this month, and may; not saved where the project has no meter yet."""
    return present_meter(project_id=project_id)


def present_meter(*, project_id: UUID | None = None, profile_id: UUID | None = None) -> Meter:
    """The meter of a project or a profile as it is in this month, for reading."""
    now = timezone.now()
    month = month_of(now)
    meter = Meter.objects.filter(project=project_id, profile=profile_id).first()
    if meter is None:
        return Meter(project_id=project_id, profile_id=profile_id, month=month, filled_at=now)
    meter.turn_month(month)
    return meter


def month_of(moment: datetime) -> str:
    """The month of a moment, in UTC, such as `2026-11`."""
    return moment.astimezone(UTC).strftime("%Y-%m")
