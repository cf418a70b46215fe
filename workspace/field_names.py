"""Fields as the pages show them: a name for people, an icon, a language."""

from __future__ import annotations

from pathlib import PurePosixPath

from django.utils.translation import gettext as _

from drafts.content import language_of
from projects.fields import CONFIGURATION, PROMPT, field_kind, file_path

_LANGUAGE_NAMES = {
    "markdown": "Markdown",
    "json": "JSON",
    "yaml": "YAML",
    "jsonl": "JSON Lines",
    "csv": "CSV",
    "html": "HTML",
    "xml": "XML",
    "python": "Python",
    "javascript": "JavaScript",
    "typescript": "TypeScript",
    "toml": "TOML",
    "sql": "SQL",
    "shell": "Shell",
}
_FILE_ICONS = {
    ".yaml": "workflow",
    ".yml": "workflow",
    ".json": "braces",
    ".jsonl": "rows-3",
    ".csv": "rows-3",
    ".tsv": "rows-3",
}


def label(name: str) -> str:
    """What a person calls the field; a file is called by its whole path."""
    kind = field_kind(name)
    if kind == "prompt":
        return _("Prompt")
    if kind == "configuration":
        return _("Model configuration")
    return file_path(name)


def short_label(name: str) -> str:
    """As `label`, a file by its last part: for narrow places."""
    return PurePosixPath(label(name)).name if field_kind(name) == "file" else label(name)


def icon(name: str) -> str:
    """The name of the field's icon."""
    kind = field_kind(name)
    if kind == "prompt":
        return "text"
    if kind == "configuration":
        return "braces"
    return _FILE_ICONS.get(_suffix(name), "file-text")


def language(name: str) -> str | None:
    """The language of a field that no version has yet, or None for plain text."""
    kind = field_kind(name)
    if kind == "prompt":
        return "markdown"
    if kind == "configuration":
        return "json"
    return language_of(file_path(name))


def language_name(code: str | None) -> str:
    """A language as people write it."""
    if not code:
        return _("Plain text")
    return _LANGUAGE_NAMES.get(code, code)


def language_names() -> dict[str, str]:
    """Every language's name by its code; the empty code is plain text."""
    return {**_LANGUAGE_NAMES, "": language_name(None)}


def in_order(names: set[str]) -> list[str]:
    """The order of every list of fields: prompt, configuration, then files by path."""
    return sorted(names, key=lambda name: (name != PROMPT, name != CONFIGURATION, name))


def _suffix(name: str) -> str:
    return PurePosixPath(file_path(name)).suffix.lower()
