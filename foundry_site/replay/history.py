"""Reads the file to replay: JSON lines with ``field``, ``value`` and ``message``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from drafts.content import language_of
from drafts.syntax import check_syntax
from kernel.errors import ValidationFailed
from kernel.ijson import parse, with_lf
from projects.fields import FILES, file_path

CONFIGURATION = "model_configuration"


class HistoryError(Exception):
    """A line cannot be replayed; the text names the line and the reason."""


class HistoryLine(msgspec.Struct):
    """One line of the file; other members are ignored."""

    field: str
    value: msgspec.Raw
    message: str = ""


@dataclass(frozen=True, slots=True)
class ReplayedSave:
    """One version to make: the field, its new text, the message."""

    number: int
    field: str
    text: str
    message: str

    @property
    def kept(self) -> str:
        """The text as it is stored: line ends become LF in the prompt and the configuration, but not in files."""
        return self.text if self.is_file else with_lf(self.text)

    @property
    def is_file(self) -> bool:
        return self.field.startswith(FILES)

    def change(self) -> object:
        """The change of this field for the API.

        The server derives the language of a file from its path; a text with a syntax error is sent without a language.
        """
        if not self.is_file:
            return self.text
        try:
            check_syntax(self.text, language=language_of(file_path(self.field)), name=self.field)
        except ValidationFailed:
            return {"language": None, "content": self.text}
        return {"content": self.text}


def read_history(path: Path) -> list[ReplayedSave]:
    """Read and check the whole file before anything is sent.

    A configuration that is given as an object keeps its spelling: its text is the part of the line, byte for byte.

    Raises:
        HistoryError: the file cannot be read, or a line is wrong.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise HistoryError(f"{path}: {error.strerror}") from error
    saves = list(_saves(lines))
    if not saves:
        raise HistoryError(f"{path} has no lines.")
    return saves


def _saves(lines: list[bytes]) -> Iterator[ReplayedSave]:
    for number, content in enumerate(lines, start=1):
        if not content.strip():
            continue
        try:
            parse(content, name="line", first_line=number)
            line = msgspec.json.decode(content, type=HistoryLine)
            yield ReplayedSave(number=number, field=line.field, text=_text(line), message=line.message)
        except ValidationFailed as error:
            raise HistoryError(error.errors["line"][0]) from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise HistoryError(f"Line {number}: {error}") from error


def _text(line: HistoryLine) -> str:
    raw = bytes(line.value)
    if line.field == CONFIGURATION and not raw.startswith(b'"'):
        return raw.decode()
    return msgspec.json.decode(raw, type=str)
