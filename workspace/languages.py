"""The languages of fields, by their code and in words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from drafts.content import language_of
from projects.fields import field_kind, file_path

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
