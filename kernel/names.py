"""Names and remarks: the rule for every short text on record.

Two names that look the same shall be the same, and none shall look like something that was not said. Only what comes in
is held to this: what is on record from before stays as it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext as _

from kernel.errors import ValidationFailed
from kernel.ijson import check_text
from kernel.invisible import HIDDEN, HIDDEN_OR_SPACE, sign_of

# Also what ends a line, and private characters, which have a meaning for their maker only, and are not hidden.
_REFUSED: Final = re.compile(f"{HIDDEN.pattern}|[\n\t\ue000-\uf8ff\U000f0000-\U0010ffff]")
_LINES: Final = "\n\t"

MAX_REASON: Final = 1000


def check_name(value: object, *, name: str, maximum: int, required: bool = True) -> str:
    """A name as it is kept: one trimmed line in normal form C, of at most `maximum` characters, all of it visible.

    Raises `ValidationFailed` on `name`, the parameter that it was given as.
    """
    return _checked(value, name=name, maximum=maximum, required=required, keep="")


def check_remark(value: object, *, name: str, maximum: int, required: bool = True) -> str:
    """A message, reason or description as it is kept: as a name, but it may have several lines, and tabs."""
    return _checked(value, name=name, maximum=maximum, required=required, keep=_LINES)


def check_reason(value: object) -> str:
    """A reason that the record will keep (control c19), as a remark. Raises `ValidationFailed` on `reason`."""
    return check_remark(value, name="reason", maximum=MAX_REASON)


def as_remark(text: str) -> str:
    """A remark made elsewhere, of which nothing is refused: what a remark must not hold is spelled out."""
    return _with_spelled(unicodedata.normalize("NFC", text), keep=_LINES)


def as_name(text: str) -> str:
    """A name given elsewhere, of which nothing is refused: what a name must not hold is spelled out."""
    return _with_spelled(unicodedata.normalize("NFC", text.strip()), keep="")


def shows_nothing(text: str) -> bool:
    """Whether nothing of a text has ink: it is empty, or white space, marks without a letter, hidden characters."""
    return not any(unicodedata.category(each)[0] in "LNPS" for each in HIDDEN_OR_SPACE.sub("", text))


def _checked(value: object, *, name: str, maximum: int, required: bool, keep: str) -> str:
    if not isinstance(value, str):
        raise ValidationFailed({name: [_("Must be text.")]})
    text = unicodedata.normalize("NFC", check_text(value, name=name).strip())
    if not text and not required:
        return text
    if shows_nothing(text):
        raise ValidationFailed(
            {name: [_("Must not be empty.") if not text else _("It contains no visible character.")]}
        )
    unseen = next(_unseen(text, keep=keep), None)
    if unseen == "\n":
        raise ValidationFailed({name: [_("Use one line.")]})
    if unseen is not None:
        words = _("Contains a control or invisible character: {shown}.").format(shown=f"U+{ord(unseen):04X}")
        raise ValidationFailed({name: [words]})
    if len(text) > maximum:
        raise ValidationFailed({name: [_("At most {most} characters.").format(most=maximum)]})
    return text


def _unseen(text: str, *, keep: str) -> Iterator[str]:
    return (found.group() for found in _REFUSED.finditer(text) if found.group() not in keep)


def _with_spelled(text: str, *, keep: str) -> str:
    return _REFUSED.sub(lambda found: found.group() if found.group() in keep else sign_of(found), text)
