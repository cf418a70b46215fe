"""Fields as people see them: a name, an icon, their order."""

from __future__ import annotations

from pathlib import PurePosixPath

from django.utils.translation import gettext as _

from projects.fields import CONFIGURATION, PROMPT, field_kind, file_path

_FILE_ICONS = {
    ".yaml": "workflow",
    ".yml": "workflow",
    ".json": "braces",
    ".jsonl": "rows-3",
    ".csv": "rows-3",
    ".tsv": "rows-3",
}


def label(name: str) -> str:
    """The label of a field; for a file its whole path."""
    kind = field_kind(name)
    if kind == "prompt":
        return _("Prompt")
    if kind == "configuration":
        return _("Model configuration")
    return file_path(name)


def short_label(name: str) -> str:
    """As `label`, a file by its last part: for narrow places."""
    return PurePosixPath(label(name)).name if field_kind(name) == "file" else label(name)


def folder(name: str) -> tuple[str, str]:
    """The folder of a file, in two parts, of which narrow places cut off the first. Both are empty at the top level.

    For other fields it is the name that programs use.
    """
    if field_kind(name) != "file":
        return name, ""
    start, slash, end = str(PurePosixPath(file_path(name)).parent).removeprefix(".").rpartition("/")
    return start, slash + end


def icon(name: str) -> str:
    """The name of the field's icon."""
    kind = field_kind(name)
    if kind == "prompt":
        return "text"
    if kind == "configuration":
        return "braces"
    return _FILE_ICONS.get(_suffix(name), "file-text")


def in_order(names: set[str]) -> list[str]:
    """The order of every list of fields: prompt, configuration, then files by path."""
    return sorted(names, key=lambda name: (name != PROMPT, name != CONFIGURATION, name))


def _suffix(name: str) -> str:
    return PurePosixPath(file_path(name)).suffix.lower()
