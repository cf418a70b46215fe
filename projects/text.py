"""Short texts that people type beside a record: names, descriptions, reasons, messages."""

from __future__ import annotations

from audit.errors import ValidationFailed
from audit.ijson import check_text

MAX_REASON = 1000


def check_line(value: object, *, name: str, maximum: int, required: bool = True) -> str:
    """A single trimmed line of at most `maximum` characters, or `ValidationFailed` on `name`."""
    if not isinstance(value, str):
        raise ValidationFailed({name: ["Must be text."]})
    text = check_text(value, name=name).strip()
    if required and not text:
        raise ValidationFailed({name: ["Must not be empty."]})
    if len(text) > maximum:
        raise ValidationFailed({name: [f"At most {maximum} characters."]})
    return text


def check_reason(value: object) -> str:
    """A reason that the record will keep (control c19)."""
    return check_line(value, name="reason", maximum=MAX_REASON)
