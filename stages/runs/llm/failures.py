"""What the SDKs raise, as one of the causes that runs know."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx2

from kernel.outbound import AddressRefused, OutboundError
from stages.runs.llm.answers import storable
from stages.runs.llm.errors import MAX_DETAIL, Cause, ModelError
from stages.runs.llm.hiding import hide
from stages.runs.llm.requests import ModelResponse
from stages.runs.outbound import AnswerBroken, AnswerRefused

# Words that say more than the status they come with.
_PRECISE: Final = {
    "context_length_exceeded": Cause.CONTEXT_TOO_LONG,
    "request_too_large": Cause.CONTEXT_TOO_LONG,
    "insufficient_quota": Cause.PERMISSION,
    "billing_error": Cause.PERMISSION,
    "invalid_api_key": Cause.AUTHENTICATION,
    "API_KEY_INVALID": Cause.AUTHENTICATION,
    "model_not_found": Cause.MODEL_NOT_FOUND,
}
_STATUSES: Final = {
    401: Cause.AUTHENTICATION,
    402: Cause.PERMISSION,
    403: Cause.PERMISSION,
    404: Cause.MODEL_NOT_FOUND,
    408: Cause.TIMEOUT,
    413: Cause.CONTEXT_TOO_LONG,
    429: Cause.RATE_LIMITED,
}
# Words of errors that come within a stream, and so without a status.
_GENERAL: Final = {
    "rate_limit_exceeded": Cause.RATE_LIMITED,
    "rate_limit_error": Cause.RATE_LIMITED,
    "RESOURCE_EXHAUSTED": Cause.RATE_LIMITED,
    "authentication_error": Cause.AUTHENTICATION,
    "permission_error": Cause.PERMISSION,
    "PERMISSION_DENIED": Cause.PERMISSION,
    "not_found_error": Cause.MODEL_NOT_FOUND,
    "NOT_FOUND": Cause.MODEL_NOT_FOUND,
    "invalid_request_error": Cause.INVALID_REQUEST,
    "invalid_prompt": Cause.INVALID_REQUEST,
    "INVALID_ARGUMENT": Cause.INVALID_REQUEST,
}
# What happens before a connection is there; a redirect is an `OutboundError` too, and no answer of a model.
_NEVER_SENT: Final = (AddressRefused, OutboundError, httpx2.ConnectError, httpx2.ConnectTimeout)
# What ends an answer that has begun.
_ANSWERED: Final = (AnswerBroken, AnswerRefused)
# A provider that answers with one of these has not begun; other errors of a server may come after the work.
_OVERLOADED_STATUSES: Final = frozenset({503, 529})
_OVERLOADED_WORDS: Final = frozenset({"overloaded_error", "UNAVAILABLE"})
_TOO_LONG: Final = re.compile(
    r"context.{0,20}(?:length|window|size)|prompt is too long|number of tokens allowed|too many tokens", re.IGNORECASE
)
_SECONDS: Final = re.compile(r"(\d+(?:\.\d+)?)s?\Z")


class ProviderRefusal(Exception):
    """An error that came as an event of a stream."""

    def __init__(self, *, code: object, message: object) -> None:
        super().__init__(str(message or code or "The provider reports an error."))
        self.code = code
        self.message = message


def to_model_error(error: Exception, *, key: str, received: ModelResponse | None) -> ModelError:
    """An exception of a call as one of its causes, without the key in any text."""
    retry_after, may_cost = None, False
    if isinstance(error, ModelError):
        cause, detail = error.cause, error.detail
    elif isinstance(error, TimeoutError):
        cause, detail = Cause.TIMEOUT, "The time for the whole call is over."
    elif (found := _of_connection(error)) is not None:
        cause, detail = found
    else:
        status = _status_of(error)
        cause = _cause_of(error, status)
        detail = f"{status}: {_message_of(error)}" if status and status != 200 else _message_of(error)
        retry_after = _retry_after(error)
        may_cost = cause is Cause.OVERLOADED and not _was_refused(error, status)
    return ModelError(
        cause,
        _one_line(hide(storable(detail), key)),
        retry_after=retry_after,
        received=received,
        was_sent=not any(isinstance(each, _NEVER_SENT) and not isinstance(each, _ANSWERED) for each in _chain(error)),
        may_cost=may_cost,
    )


def _of_connection(error: Exception) -> tuple[Cause, str] | None:
    """The cause where the address, the connection or the form of the answer is what failed; SDKs wrap these."""
    for each in _chain(error):
        match each:
            case AddressRefused():
                return Cause.ADDRESS_REFUSED, str(each)
            case AnswerRefused():
                return Cause.BAD_RESPONSE, str(each)
            case AnswerBroken():
                return Cause.STREAM_BROKEN, str(each)
            case httpx2.TimeoutException() if not isinstance(each, httpx2.ConnectTimeout):
                return Cause.TIMEOUT, type(each).__name__
            case OutboundError() | httpx2.TransportError():
                return Cause.CONNECTION, str(each) or type(each).__name__
    return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An exception and those that led to it."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _cause_of(error: Exception, status: int | None) -> Cause:
    words = _words_of(error)
    if precise := _first(_PRECISE, words):
        return precise
    if status in _STATUSES:
        return _STATUSES[status]
    if status is not None and status >= 500:
        return Cause.OVERLOADED
    general = _first(_GENERAL, words)
    is_told = general not in {None, Cause.INVALID_REQUEST}
    if status in {None, 200, 400} and not is_told and _TOO_LONG.search(_message_of(error)):
        return Cause.CONTEXT_TOO_LONG
    if status is not None and status >= 400:
        return Cause.INVALID_REQUEST
    # An error that the provider reports without saying which is its own; anything else is no answer at all.
    return general or (Cause.OVERLOADED if words else Cause.BAD_RESPONSE)


def _was_refused(error: Exception, status: int | None) -> bool:
    """Whether an overloaded provider certainly has not worked on the request."""
    return status in _OVERLOADED_STATUSES or (status in {None, 200} and bool(_words_of(error) & _OVERLOADED_WORDS))


def _first(causes: Mapping[str, Cause], words: set[str]) -> Cause | None:
    """The cause of the first of these words that an error has."""
    return next((cause for word, cause in causes.items() if word in words), None)


def _status_of(error: Exception) -> int | None:
    """The status of the answer, where the provider answered with an error."""
    for name in ("status_code", "code"):
        found = getattr(error, name, None)
        if isinstance(found, int) and 100 <= found < 600:
            return found
    return None


def _words_of(error: Exception) -> set[str]:
    """The codes by which a provider names an error."""
    names = ("code", "type", "status", "error_code")
    found = {value for name in names if isinstance(value := getattr(error, name, None), str)}
    for detail in _details(error):
        if isinstance(reason := _dig(detail, "reason"), str):
            found.add(reason)
    return found


def _details(error: Exception) -> list[Any]:
    """Google's details of an error; none where they have another form."""
    found = _dig(getattr(error, "details", None), "error", "details")
    return found if isinstance(found, list) else []


def _message_of(error: Exception) -> str:
    """What the provider says of an error, without the SDK's words around it."""
    body = getattr(error, "body", None) or getattr(error, "details", None)
    for found in (_dig(body, "error", "message"), _dig(body, "message"), getattr(error, "message", None)):
        if isinstance(found, str) and found.strip():
            return found
    return str(error).strip() or type(error).__name__


def _retry_after(error: Exception) -> float | None:
    """The seconds that the provider asked to wait, in a header or in Google's details."""
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    if value := headers.get("retry-after-ms"):
        milliseconds = _seconds(str(value))
        return None if milliseconds is None else milliseconds / 1000
    if value := headers.get("retry-after"):
        return _seconds(str(value))
    for detail in _details(error):
        if isinstance(value := _dig(detail, "retryDelay"), str):
            return _seconds(value)
    return None


def _seconds(value: str) -> float | None:
    """Seconds from now: written as a number, or as a date."""
    if match := _SECONDS.match(value.strip()):
        return float(match.group(1))
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def _dig(value: Any, *names: str) -> Any:
    """The member of a value at a path of names; None where there is none."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _one_line(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= MAX_DETAIL else f"{words[: MAX_DETAIL - 1]}…"
