"""How files are written into a prompt, so that a model, and the built-in echo, find them again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_NO_END: Final = " (no newline at the end)"
_HEADING: Final = re.compile(r"File: (?P<name>.+?)(?P<no_end> \(no newline at the end\))?\n(?P<fence>`{3,})\n")


def format_files(files: Mapping[str, str]) -> str:
    """Files as blocks of a prompt, each under its name and in a fence that is longer than any in its text."""
    return "\n".join(_format(name, text) for name, text in files.items())


def read_files(prompt: str) -> dict[str, str]:
    """The files in a prompt, as `format_files` wrote them."""
    files = {}
    position = 0
    while (heading := _HEADING.search(prompt, position)) is not None:
        end = prompt.find(f"\n{heading['fence']}\n", heading.end() - 1)
        if end < 0:
            break
        text = prompt[heading.end() : end + 1]
        files[heading["name"]] = text[:-1] if heading["no_end"] else text
        position = end + len(heading["fence"]) + 2
    return files


def _format(name: str, text: str) -> str:
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    is_ended = text.endswith("\n") or not text
    end, note = ("", "") if is_ended else ("\n", _NO_END)
    return f"File: {name}{note}\n{fence}\n{text}{end}{fence}\n"
