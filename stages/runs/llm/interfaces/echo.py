"""The built-in echo: a model for demonstrations and tests, without a network, always with the same answer.

It repeats the last message. Where that says “replace A with B in FILE” and brings the file (`stages.runs.llm.files`),
it answers with a unified diff that does so, or that nothing needs to change. Its tokens are words.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from stages.runs.choices import Outcome
from stages.runs.llm.answers import Answer
from stages.runs.llm.files import read_files
from stages.runs.llm.parameters import FittedParameters
from stages.runs.llm.requests import ModelRequest

MODEL: Final = "echo"
# What it says where nothing needs to change, and the folder of files that people leave out of their names.
NO_CHANGES: Final = "NO CHANGES"
FOLDER: Final = "files/"
OUTCOMES: Final = {"stop": Outcome.COMPLETED, "length": Outcome.TRUNCATED}
_TERM: Final = (
    r"(?:\"(?P<{0}_d>[^\"\n]+)\"|“(?P<{0}_t>[^”\n]+)”|'(?P<{0}_s>[^'\n]+)'|`(?P<{0}_b>[^`\n]+)`|(?P<{0}>\S.{{0,200}}?))"
)
_OLD, _NEW, _FILE = (_TERM.format(name) for name in ("old", "new", "file"))
_INSTRUCTION: Final = re.compile(rf"\breplace {_OLD} (?:with|by) {_NEW} in {_FILE}(?=[.,;]?(?:\s|$))", re.IGNORECASE)
# Where instructions are looked for: what people type is short.
_MAX_INSTRUCTIONS: Final = 10_000
# Characters of a file: what it would be replaced with may be long, too.
_MAX_FILE: Final = 1_048_576
# Lines around a change.
_CONTEXT: Final = 3
_WORDS: Final = re.compile(r"\S+\s*|\s+")


async def ask(request: ModelRequest, parameters: FittedParameters, answer: Answer) -> None:
    """Answer word by word, at most as many as the limit of tokens allows."""
    said = request.messages[-1].content if request.messages else ""
    words = _WORDS.findall(reply_to(said))
    answer.has_begun = True
    answer.note(model=MODEL)
    for word in words[: parameters.token_limit]:
        answer.add_text(word)
        await asyncio.sleep(0)
    came_in = sum(len(text.split()) for text in (request.system, *(each.content for each in request.messages)))
    answer.count_tokens(came_in=came_in, went_out=min(len(words), parameters.token_limit))
    answer.finish("length" if len(words) > parameters.token_limit else "stop", OUTCOMES)


def reply_to(said: str) -> str:
    """The whole answer to a message."""
    files = read_files(said)
    # A file that says “replace” instructs nobody.
    instructions = said.partition("\nFile: ")[0] if files else said
    found = list(_INSTRUCTION.finditer(instructions[:_MAX_INSTRUCTIONS]))
    if not found or not files:
        return said
    changed = dict(files)
    said_of = [_replace(_part(each, "old"), _part(each, "new"), _part(each, "file"), changed) for each in found]
    diffs = [_diff(name, files[name], text) for name, text in changed.items() if text != files[name]]
    block = f"```diff\n{''.join(diffs)}```" if diffs else NO_CHANGES
    return "\n".join(said_of) + f"\n\n{block}"


def _part(match: re.Match[str], name: str) -> str:
    spellings = (f"{name}_d", f"{name}_t", f"{name}_s", f"{name}_b", name)
    return next(match[each] for each in spellings if match[each] is not None)


def _replace(old: str, new: str, file: str, files: dict[str, str]) -> str:
    """Carry out one instruction, and say what was done."""
    name = file if file in files else f"{FOLDER}{file}"
    if name not in files:
        return f"{file} is not among the files."
    number = files[name].count(old)
    if not number:
        return f"{old} is not in {file}."
    if len(files[name]) + number * (len(new) - len(old)) > _MAX_FILE:
        return f"{file} would have more than {_MAX_FILE} characters."
    files[name] = files[name].replace(old, new)
    return f"Replaced {old} with {new} in {file}: {number}."


def _diff(name: str, old: str, new: str) -> str:
    """A unified diff as git writes it. What is replaced has no line end in it, so lines stay where they are."""
    before, after = _lines(old), _lines(new)
    count = len(before)
    changed = [at for at in range(count) if before[at] != after[at]]
    # A gap of unchanged lines that is longer than the context of both sides ends a hunk.
    gaps = [pair for pair in pairwise(changed) if pair[1] - pair[0] > 2 * _CONTEXT + 1]
    starts, ends = [changed[0], *(after_it for _, after_it in gaps)], [*(at for at, _ in gaps), changed[-1]]
    parts = [f"--- a/{name}\n+++ b/{name}\n"]
    for first, last in zip(starts, ends, strict=True):
        start, stop = max(0, first - _CONTEXT), min(count, last + _CONTEXT + 1)
        lines = f"{start + 1}" if stop - start == 1 else f"{start + 1},{stop - start}"
        parts.append(f"@@ -{lines} +{lines} @@\n")
        parts += _hunk(before[start:stop], after[start:stop])
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in parts)


def _hunk(before: list[str], after: list[str]) -> Iterator[str]:
    """The lines of a hunk: of each block of changed lines first the old ones, then the new."""
    added: list[str] = []
    for old, new in zip(before, after, strict=True):
        if old == new:
            yield from added
            added = []
            yield f" {old}"
        else:
            yield f"-{old}"
            added.append(f"+{new}")
    yield from added


def _lines(text: str) -> list[str]:
    """Lines with their ends, cut at LF only."""
    return [each for each in re.split(r"(?<=\n)", text) if each]
