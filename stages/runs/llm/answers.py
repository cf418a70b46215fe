"""An answer while it comes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeGuard

from stages.runs.choices import Outcome
from stages.runs.llm.errors import Cause, ModelError
from stages.runs.llm.hiding import KeyHider, hide
from stages.runs.llm.requests import ModelResponse, ToolCall

# Bytes of UTF-8: as much as is kept as one text.
MAX_TEXT: Final = 1024 * 1024
# Tokens of one call: more is no number of tokens.
MAX_COUNT: Final = 1_000_000_000
# What a call of a tool counts beside its texts, so that their number is bounded too.
_CALL_SIZE: Final = 1000

# Called with each piece of text as it comes. It must return at once, and not raise.
OnText = Callable[[str], None]


@dataclass(slots=True)
class _Call:
    """A tool call while it comes."""

    id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list)

    def whole(self, key: str) -> ToolCall:
        texts = (self.id, self.name, "".join(self.arguments))
        return ToolCall(*(hide(storable(text), key) for text in texts))


class Answer:
    """Collects what a stream brings, and passes its text on. The `key` that was sent is nowhere in it.

    Raises `ModelError` (`bad_response`) where text and tool calls are larger than `MAX_TEXT` bytes together, or are no
    texts: SDKs pass on whatever JSON a provider sends.
    """

    def __init__(self, on_text: OnText | None = None, *, key: str = "") -> None:
        self.finish_reason = ""
        self.outcome = Outcome.UNKNOWN
        self.model_reported = ""
        self.request_id = ""
        self.input_tokens: int | None = None
        self.output_tokens: int | None = None
        # Whether anything came that only an interface of this kind sends.
        self.has_begun = False
        self._on_text = on_text
        self._key = key
        self._hider = KeyHider(key)
        self._parts: list[str] = []
        self._calls: dict[str, _Call] = {}
        self._size = 0

    def add_text(self, text: str | None) -> None:
        """Append a piece of the answer's text."""
        _check_texts(text)
        if text:
            text = storable(text)
            self._count(len(text.encode()))
            self._pass_on(self._hider.pass_on(text))

    def add_call(
        self,
        slot: int | None,
        *,
        call_id: str | None = None,
        name: str | None = None,
        arguments: str | None = None,
    ) -> None:
        """Append to the tool call in a slot; None and another id than the slot has begin a call of its own."""
        _check_texts(call_id, name, arguments)
        key = f"{len(self._calls)} new" if slot is None else str(slot)
        if call_id and key in self._calls and self._calls[key].id not in {"", call_id}:
            key = f"{key} {call_id}"
        if key not in self._calls:
            self._count(_CALL_SIZE)
        call = self._calls.setdefault(key, _Call())
        self._count(len(call_id or "") + len(name or "") + len(arguments or ""))
        call.id = call_id or call.id
        call.name = name or call.name
        call.arguments.append(arguments or "")

    def finish(self, reason: object, outcomes: dict[str, Outcome]) -> None:
        """Note the provider's word for how the answer ended. A refusal that was seen before stays one."""
        self.finish_reason = hide(storable(str(reason)), self._key)[:100]
        if self.outcome is not Outcome.REFUSED:
            self.outcome = outcomes.get(self.finish_reason, Outcome.UNKNOWN)

    def note(self, *, model: object = None, request_id: object = None) -> None:
        """Note which model answered, and under which id; what is empty changes nothing."""
        if isinstance(model, str) and model:
            self.model_reported = hide(storable(model), self._key)[:200]
        if isinstance(request_id, str) and request_id:
            self.request_id = hide(storable(request_id), self._key)[:200]

    def count_tokens(self, *, came_in: object = None, went_out: object = None) -> None:
        """Note the provider's counts so far; what is no number changes nothing."""
        if _is_count(came_in):
            self.input_tokens = came_in
        if _is_count(went_out):
            self.output_tokens = went_out

    @property
    def text(self) -> str:
        """All that has come."""
        return "".join(self._parts)

    def response(self, warnings: tuple[str, ...] = ()) -> ModelResponse:
        """What has come, as a whole; nothing is added afterwards."""
        self._pass_on(self._hider.rest())
        return ModelResponse(
            text=self.text,
            tool_calls=tuple(call.whole(self._key) for call in self._calls.values()),
            outcome=self.outcome,
            finish_reason=self.finish_reason,
            model_reported=self.model_reported,
            request_id=self.request_id,
            input_tokens=self.input_tokens,
            output_tokens=self.output_tokens,
            warnings=warnings,
        )

    def _pass_on(self, text: str) -> None:
        if text:
            self._parts.append(text)
            if self._on_text is not None:
                self._on_text(text)

    def _count(self, size: int) -> None:
        self._size += size
        if self._size > MAX_TEXT:
            raise ModelError(Cause.BAD_RESPONSE, f"The answer is longer than {MAX_TEXT} bytes.")


def _check_texts(*values: object) -> None:
    if any(value is not None and not isinstance(value, str) for value in values):
        raise ModelError(Cause.BAD_RESPONSE, "A part of the answer that should be text is not.")


def _is_count(value: object) -> TypeGuard[int]:
    """Whether a provider's number of tokens can be one."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_COUNT


def storable(text: str) -> str:
    """A text that UTF-8 and PostgreSQL can hold: JSON can also say NUL and halves of characters."""
    text = text.replace("\0", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
