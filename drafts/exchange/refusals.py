"""The refusal of a line."""

from __future__ import annotations

from kernel.errors import ValidationFailed


def refuse(what: str) -> ValidationFailed:
    """The refusal of a line for something that is not true of it."""
    return ValidationFailed({"line": [what]})
