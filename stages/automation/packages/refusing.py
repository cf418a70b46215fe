"""How a package is refused: by the path of what is wrong in it."""

from __future__ import annotations

from kernel.errors import ValidationFailed

# Paths are shown to people and are part of an answer.
MAX_PATH = 200


def refuse(path: str, words: str) -> ValidationFailed:
    """The refusal of a file, or of a member of the manifest."""
    shown = "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in path[:MAX_PATH])
    return ValidationFailed({shown: [words]})
