"""Short texts that people type beside a record: names, descriptions, reasons, messages."""

from __future__ import annotations

from django.utils.translation import gettext as _

from audit.errors import ValidationFailed
from audit.ijson import check_text

MAX_REASON = 1000


def check_line(value: object, *, name: str, maximum: int, required: bool = True) -> str:
    """A single trimmed line of at most `maximum` characters, or `ValidationFailed` on `name`."""
    if not isinstance(value, str):
        raise ValidationFailed({name: [_("Must be text.")]})
    text = check_text(value, name=name).strip()
    if required and not text:
        raise ValidationFailed({name: [_("Must not be empty.")]})
    if len(text) > maximum:
        raise ValidationFailed({name: [_("At most {most} characters.").format(most=maximum)]})
    return text


def check_reason(value: object) -> str:
    """A reason that the record will keep (control c19)."""
    return check_line(value, name="reason", maximum=MAX_REASON)
