"""Puts the values of a case into a text: `{{name}}`."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Final

from django.utils.translation import gettext as _

from kernel.canonical import canonical
from stages.runs.agents.base import AgentFailed

# In characters: a text that is put together, which may name a long value a thousand times.
MAX_RENDERED: Final = 4 * 1_048_576
_VARIABLE: Final = re.compile(r"\{\{[ \t]{0,8}([\w.-]{1,100})[ \t]{0,8}\}\}")


def names_in(text: str) -> list[str]:
    """The names that a text has in double braces, each once, in order."""
    return list(dict.fromkeys(_VARIABLE.findall(text)))


def render(
    text: str, members: Mapping[str, object], *, variables: Collection[str] = (), most: int = MAX_RENDERED
) -> str:
    """Replace `{{name}}` where the case has a member of that name; a value that is no text is written as JSON.

    Other braces stay as they are written. Values are not searched again. `variables` are the names that any case has:
    where this case lacks one of them, `AgentFailed` (`missing_variable`) is raised; `context_too_long` where the result
    has more than `most` characters.
    """
    left = most - len(text)

    def value(found: re.Match[str]) -> str:
        nonlocal left
        name = found[1]
        if name not in members:
            if name in variables:
                raise AgentFailed("missing_variable", _("The case has no member {name}.").format(name=name))
            return found[0]
        written = value_text(members[name])
        left -= len(written)
        if left < 0:
            words = _("With the values of the case, a text has more than {most} characters.")
            raise AgentFailed("context_too_long", words.format(most=most))
        return written

    return _VARIABLE.sub(value, text)


def value_text(value: object) -> str:
    """The text of a member's value."""
    return value if isinstance(value, str) else canonical(value)
