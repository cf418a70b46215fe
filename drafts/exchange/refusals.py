"""The error for a wrong line."""

from __future__ import annotations

from kernel.errors import ValidationFailed


def refuse(what: str) -> ValidationFailed:
    """The error for a line; `what` is wrong with it."""
    return ValidationFailed({"line": [what]})
