"""Reads the fields of a commit and checks them like those of a save."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.conf import settings

from drafts.content import FieldChange, content_of, line_ends_changed, read_changes
from drafts.exchange.git.history import CommitChange, Touch
from drafts.exchange.git.repository import REGULAR_FILES, BlobReader
from drafts.models import FieldContent
from kernel.errors import DomainError, ValidationFailed
from projects.fields import CONFIGURATION, PROMPT

_LFS_POINTER: Final = b"version https://git-lfs.github.com/spec/"
_KINDS: Final = {"120000": "a symbolic link", "160000": "a submodule"}


@dataclass(slots=True)
class Reading:
    """One commit's changes, checked.

    `left_out` has the reason for each field that is not changed, `plain` the files that lose their language, `with_lf`
    the fields whose line ends become LF. `problems` are by path; a commit with problems cannot be imported.
    """

    changes: dict[str, FieldChange] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    plain: list[str] = field(default_factory=list)
    with_lf: list[str] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)


def read_step(
    step: CommitChange, contents: BlobReader, before: Mapping[str, FieldContent], *, keep_broken: bool
) -> Reading:
    """Read and check what a commit changes in the fields `before`.

    With `keep_broken`, a file with a syntax error loses its language, and a configuration with one is not changed.
    """
    reading = Reading()
    for touch in step.touches:
        try:
            _read(touch, contents, before, reading, keep_broken=keep_broken)
        except DomainError as error:
            reading.problems[_shown(touch.path)] = _words(error)
    reading.changes = {
        name: change for name, change in reading.changes.items() if content_of(change) != before.get(name)
    }
    return reading


def _read(
    touch: Touch, contents: BlobReader, before: Mapping[str, FieldContent], reading: Reading, *, keep_broken: bool
) -> None:
    if touch.blob is None:
        if touch.field in (PROMPT, CONFIGURATION):
            reading.left_out[touch.field] = "The commit deletes it; it stays as it was."
        elif touch.field in before:
            reading.changes[touch.field] = FieldChange(touch.field, None)
        return
    text = _text(touch, contents)
    value: Any = text if touch.field in (PROMPT, CONFIGURATION) else {"content": text}
    reading.with_lf += line_ends_changed({touch.field: value})
    try:
        reading.changes.update(read_changes({touch.field: value}))
    except ValidationFailed as error:
        if not keep_broken or touch.field == PROMPT or touch.field not in error.errors:
            raise
        if touch.field == CONFIGURATION:
            reading.left_out[touch.field] = _words(error)
        else:
            reading.changes.update(read_changes({touch.field: {"content": text, "language": None}}))
            reading.plain.append(touch.field)


def _text(touch: Touch, contents: BlobReader) -> str:
    assert touch.blob is not None
    if touch.mode not in REGULAR_FILES:
        raise ValidationFailed({touch.field: [f"Is {_KINDS.get(touch.mode, 'not a file')}, not a text."]})
    data = contents.read(touch.blob, limit=settings.FOUNDRY_MAX_TEXT_BYTES)
    if data is None:
        raise ValidationFailed({touch.field: [f"Is larger than {settings.FOUNDRY_MAX_TEXT_BYTES} bytes."]})
    if data.startswith(_LFS_POINTER):
        raise ValidationFailed({touch.field: ["Is a Git LFS pointer; its content is not in the repository."]})
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValidationFailed({touch.field: [f"Is not UTF-8 text (byte {error.start}): a binary file?"]}) from None


def _words(error: DomainError) -> str:
    return next(iter(error.errors.values()))[0] if isinstance(error, ValidationFailed) else error.detail


def _shown(path: str) -> str:
    return path.encode("utf-8", "replace").decode()
