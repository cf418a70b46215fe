"""Why a run failed, in the few words of a row."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_WORDS: Final[dict[str, Promise]] = {
    "authentication": _("Key refused"),
    "permission": _("Not allowed by the provider"),
    "model_not_found": _("Model not found"),
    "invalid_request": _("Request refused"),
    "context_too_long": _("Too long for this model"),
    "missing_variable": _("A variable is missing"),
    "rate_limited": _("Too many requests"),
    "overloaded": _("Provider overloaded"),
    "timeout": _("No answer in time"),
    "connection": _("Provider not reached"),
    "stream_broken": _("Answer broken off"),
    "bad_response": _("Not an answer of a model"),
    "address_refused": _("Address not public"),
    "patch_rejected": _("The patch does not fit"),
    "forbidden_path": _("Forbidden file"),
    "budget_exhausted": _("Budget used up"),
    "access_lost": _("Access lost"),
    "worker_lost": _("Runner lost"),
    "grader_failed": _("Grader failed"),
    "calls_exhausted": _("Calls used up"),
    "internal": _("Error at this site"),
}


def short_cause(error: str) -> str:
    """The words for the `error` of a run."""
    return str(_WORDS.get(error, error))
