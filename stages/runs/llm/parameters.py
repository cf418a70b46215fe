"""The parameters of a configuration, as each interface takes them.

One that an interface does not take is not sent, and named in a warning: an answer is never silently that of other
parameters than the configuration has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from kernel.ijson import MAX_INTEGER
from stages.runs.llm.config import Api
from stages.runs.llm.errors import Cause, ModelError

LIMIT: Final = "max_output_tokens"
# Other names for the same parameter.
_ALIASES: Final = {"max_tokens": LIMIT, "max_completion_tokens": LIMIT, "stop_sequences": "stop"}
# By interface: the name of a parameter in a configuration, and in the interface.
TAKEN: Final[Mapping[Api, Mapping[str, str]]] = {
    Api.RESPONSES: {"temperature": "temperature", "top_p": "top_p", "reasoning_effort": "reasoning"},
    Api.CHAT: {
        "temperature": "temperature",
        "top_p": "top_p",
        "frequency_penalty": "frequency_penalty",
        "presence_penalty": "presence_penalty",
        "seed": "seed",
        "stop": "stop",
        "reasoning_effort": "reasoning_effort",
    },
    Api.MESSAGES: {"stop": "stop_sequences"},
    Api.CONTENT: {
        "temperature": "temperature",
        "top_p": "top_p",
        "top_k": "top_k",
        "frequency_penalty": "frequency_penalty",
        "presence_penalty": "presence_penalty",
        "seed": "seed",
        "stop": "stop_sequences",
    },
    Api.ECHO: {},
}
LIMIT_NAMES: Final[Mapping[Api, str]] = {
    Api.RESPONSES: "max_output_tokens",
    Api.CHAT: "max_tokens",
    Api.MESSAGES: "max_tokens",
    Api.CONTENT: "max_output_tokens",
}
_WHOLE_NUMBERS: Final = frozenset({"seed", "top_k", LIMIT})


@dataclass(frozen=True, slots=True)
class FittedParameters:
    """What is sent: `sent` by the names of a configuration, the limit of tokens included."""

    api: Api
    sent: Mapping[str, Any]
    warnings: tuple[str, ...]

    @property
    def token_limit(self) -> int:
        """The most tokens that the answer may have."""
        limit: int = self.sent[LIMIT]
        return limit

    def arguments(self) -> dict[str, Any]:
        """What is sent, by the names of the interface."""
        names = {**TAKEN[self.api], LIMIT: LIMIT_NAMES[self.api]}
        found = {names[name]: value for name, value in self.sent.items()}
        if self.api is Api.RESPONSES and "reasoning" in found:
            found["reasoning"] = {"effort": found["reasoning"]}
        return found


def fit_parameters(api: Api, parameters: Mapping[str, Any], *, token_limit: int) -> FittedParameters:
    """The parameters that an interface takes, and a warning for each that it does not.

    A limit of tokens among the parameters can only lower `token_limit`. Raises `ModelError` (`invalid_request`) for a
    value of the wrong type.
    """
    sent: dict[str, Any] = {LIMIT: token_limit}
    warnings = []
    for given, value in parameters.items():
        name = _ALIASES.get(given, given)
        if name != LIMIT and name not in TAKEN[api]:
            words = _("“{name}” was not sent: this provider does not take it.")
            warnings.append(words.format(name=given))
        elif value is not None:
            checked = _check(name, value)
            sent[name] = min(checked, sent[LIMIT]) if name == LIMIT else checked
    return FittedParameters(api, sent, tuple(warnings))


def _check(name: str, value: Any) -> Any:
    """A value as it is sent. Raises `ModelError` where it has the wrong type."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if name == "stop":
        stops = [value] if isinstance(value, str) else value
        if isinstance(stops, list) and all(isinstance(each, str) and each for each in stops):
            return stops
        raise _wrong(_("“stop” must be a text or a list of texts."))
    if name == "reasoning_effort":
        if isinstance(value, str):
            return value
        raise _wrong(_("“reasoning_effort” must be a text."))
    if is_number and not abs(value) <= MAX_INTEGER:
        raise _wrong(_("“{name}” is too large a number.").format(name=name))
    if name in _WHOLE_NUMBERS and is_number and value == int(value):
        if name == LIMIT and value < 1:
            raise _wrong(_("“{name}” must be 1 or more.").format(name=name))
        return int(value)
    if name not in _WHOLE_NUMBERS and is_number:
        return value
    words = _("“{name}” must be a whole number.") if name in _WHOLE_NUMBERS else _("“{name}” must be a number.")
    raise _wrong(words.format(name=name))


def _wrong(words: str) -> ModelError:
    return ModelError(Cause.INVALID_REQUEST, words)
