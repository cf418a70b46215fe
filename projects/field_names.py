"""Fields as people see them: a name, an icon, their order."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Final

from django.utils.translation import gettext as _

from projects.fields import CONFIGURATION, PROMPT, field_kind, file_path

# In characters: shorter names are not cut; of a longer one so many are always shown at its end.
MAX_UNCUT: Final = 20
END_LENGTH: Final = 9

_FILE_ICONS: Final = {
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


def short_path(name: str) -> str:
    """The label of a field; for a file deep in folders the innermost one and its name: `…/sections/README.md`."""
    parts = label(name).split("/")
    return f"…/{'/'.join(parts[-2:])}" if len(parts) > 2 else "/".join(parts)


def distinct_folders(names: Iterable[str]) -> dict[str, str]:
    """What to put before the names of several files, by field, where there is little room: the innermost folder.

    Files of the same name get the folder in which they differ instead: `…/da/…/` and `…/de/…/`. It is empty for files
    without a folder, and missing for other fields.
    """
    paths = {name: PurePosixPath(label(name)).parts for name in names if field_kind(name) == "file"}
    alike: dict[str, list[tuple[str, ...]]] = {}
    for parts in paths.values():
        alike.setdefault(parts[-1], []).append(parts)
    return {name: _distinct_folder(parts, alike[parts[-1]]) for name, parts in paths.items()}


def apart(names: Iterable[str]) -> dict[str, str]:
    """The folder in which files of the same name differ, by field: only files whose names are used more than once."""
    names = list(names)
    used = Counter(short_label(name) for name in names)
    return {name: folder for name, folder in distinct_folders(names).items() if used[short_label(name)] > 1}


def distinct_paths(names: Iterable[str]) -> dict[str, str]:
    """`short_path` by field; of files that it would show alike, the folder in which they differ, and the name."""
    names = list(names)
    used = Counter(map(short_path, names))
    folders = distinct_folders(names)
    return {
        name: short_path(name) if used[short_path(name)] < 2 else f"{folders[name]}{short_label(name)}"
        for name in names
    }


def _distinct_folder(parts: tuple[str, ...], alike: list[tuple[str, ...]]) -> str:
    folders = parts[:-1]
    if not folders:
        return ""
    others = [each for each in alike if each != parts]
    # So many folders, from the innermost outwards, until no other path ends in the same way.
    apart = (n for n in range(1, len(folders)) if all(each[-n - 1 :] != parts[-n - 1 :] for each in others))
    many = next(apart, len(folders))
    return f"{'…/' if many < len(folders) else ''}{folders[-many]}/{'…/' if many > 1 else ''}"


def folder(name: str) -> tuple[str, str]:
    """The folder of a file, in two parts, of which narrow places cut off the first. Both are empty at the top level.

    For other fields it is the name that programs use.
    """
    if field_kind(name) != "file":
        return name, ""
    start, slash, end = str(PurePosixPath(file_path(name)).parent).removeprefix(".").rpartition("/")
    return start, slash + end


def halves(text: str) -> tuple[str, str]:
    """A name in two parts, of which narrow places cut off the end of the first; the second is empty for a short name.

    The second part is the innermost folder of a path, or the end of a name with its suffix.
    """
    if len(text) <= MAX_UNCUT:
        return text, ""
    at = text.rfind("/")
    if at <= 0 or len(text) - at > MAX_UNCUT:
        at = len(text) - END_LENGTH
    while at < len(text) and unicodedata.combining(text[at]):
        at += 1
    return text[:at], text[at:]


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
