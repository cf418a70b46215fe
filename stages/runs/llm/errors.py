"""Why a call to a provider failed, in one of the causes that runs know."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from stages.runs.llm.requests import ModelResponse

MAX_DETAIL: Final = 500


class Cause(StrEnum):
    """The causes that one call can fail with; runs know more of them."""

    AUTHENTICATION = "authentication"
    PERMISSION = "permission"
    MODEL_NOT_FOUND = "model_not_found"
    INVALID_REQUEST = "invalid_request"
    CONTEXT_TOO_LONG = "context_too_long"
    RATE_LIMITED = "rate_limited"
    OVERLOADED = "overloaded"
    TIMEOUT = "timeout"
    CONNECTION = "connection"
    STREAM_BROKEN = "stream_broken"
    BAD_RESPONSE = "bad_response"
    ADDRESS_REFUSED = "address_refused"
    BUDGET_EXHAUSTED = "budget_exhausted"


# What happened, and what to do.
WORDS: Final[dict[Cause, str | Promise]] = {
    Cause.AUTHENTICATION: _("The provider does not accept the key. Replace it."),
    Cause.PERMISSION: _(
        "The key is not allowed to use this model. Check at the provider what it may use, and whether it is paid for."
    ),
    Cause.MODEL_NOT_FOUND: _("The provider has no model of this name. Check the name and the address."),
    Cause.INVALID_REQUEST: _("The provider does not accept the request. Check the configuration and its parameters."),
    Cause.CONTEXT_TOO_LONG: _(
        "The text is too long for this model. Shorten it, or choose a model with a larger context."
    ),
    Cause.RATE_LIMITED: _("The provider accepts no more requests for now. Try again later."),
    Cause.OVERLOADED: _("The provider cannot answer at the moment. Try again later."),
    Cause.TIMEOUT: _("The provider did not answer in time. Try again, or ask for a shorter answer."),
    Cause.CONNECTION: _("The provider cannot be reached. Check the address and the network."),
    Cause.STREAM_BROKEN: _("The answer ended before it was complete. Try again."),
    Cause.BAD_RESPONSE: _("What came back is not an answer of such a provider. Check the address."),
    Cause.ADDRESS_REFUSED: _("The address is not public. An operator can allow the server in FOUNDRY_MODEL_HOSTS."),
    Cause.BUDGET_EXHAUSTED: _(
        "The budget of this month does not allow this call. An owner can raise it; then try again."
    ),
}
# A provider that answers with one of these charges nothing, nor does one that was never asked.
_FREE: Final = frozenset(
    {
        *(Cause.AUTHENTICATION, Cause.PERMISSION, Cause.MODEL_NOT_FOUND, Cause.INVALID_REQUEST),
        *(Cause.CONTEXT_TOO_LONG, Cause.RATE_LIMITED, Cause.OVERLOADED, Cause.ADDRESS_REFUSED, Cause.BUDGET_EXHAUSTED),
    }
)


# Seconds: a provider that asks to wait longer says nothing that helps.
MAX_TOLD_WAIT: Final = 31 * 24 * 3600


class ModelError(Exception):
    """A call failed.

    `detail` is one line, without keys: what the provider or the connection said. `retry_after` are the seconds that
    the provider asked to wait, None where it did not. `received` is what had come until then, None if nothing had.
    `was_sent` is false where the provider cannot have seen the request, `may_cost` true where it may have worked on it
    although its cause is one that costs nothing elsewhere.
    """

    def __init__(
        self,
        cause: Cause,
        detail: str,
        *,
        retry_after: float | None = None,
        received: ModelResponse | None = None,
        was_sent: bool = True,
        may_cost: bool = False,
    ) -> None:
        super().__init__(f"{cause}: {detail}")
        self.cause = cause
        self.detail = detail
        self.retry_after = retry_after
        self.received = received
        self.was_sent = was_sent
        self.may_cost = may_cost

    @property
    def is_free(self) -> bool:
        """Whether the provider certainly charges nothing for this call."""
        return not self.was_sent or (self.cause in _FREE and self.received is None and not self.may_cost)

    @property
    def words(self) -> str:
        """What happened and what to do, in the reader's language; with the wait that the provider asked for."""
        words = str(WORDS[self.cause])
        if self.retry_after is None or not 1 <= self.retry_after <= MAX_TOLD_WAIT:
            return words
        return _("{words} The provider asks to wait {seconds} s.").format(words=words, seconds=round(self.retry_after))
