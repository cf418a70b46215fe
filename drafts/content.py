"""Parsing and checking the changed texts of a save, and hashing content."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, NoReturn

import msgspec
from django.utils.translation import gettext as _

from blobs.models import sha256_of
from drafts.models import CONFIGURATION_MEDIA, PROMPT_MEDIA, FieldContent
from drafts.syntax import check_syntax
from kernel.canonical import canonical_hash
from kernel.errors import DomainError, ValidationFailed
from kernel.ijson import parse
from locking.working_copies import check_content
from projects.fields import (
    CONFIGURATION,
    FILES,
    PROMPT,
    check_field_name,
    field_kind,
    file_path,
    fold_path,
    keeps_line_ends,
)

CONTENT_HASH_VERSION: Final = 1
MAX_FILES: Final = 500

_LANGUAGE = re.compile(r"[a-z0-9][a-z0-9+#.-]{0,31}\Z")

MEDIA_TYPES: Final = {
    "markdown": "text/markdown",
    "json": "application/json",
    "yaml": "application/yaml",
    "jsonl": "application/jsonl",
    "csv": "text/csv",
    "html": "text/html",
    "xml": "application/xml",
}

LANGUAGES_BY_ENDING: Final = {
    "md": "markdown",
    "markdown": "markdown",
    "json": "json",
    "yaml": "yaml",
    "yml": "yaml",
    "jsonl": "jsonl",
    "ndjson": "jsonl",
    "csv": "csv",
    "html": "html",
    "xml": "xml",
    "py": "python",
    "js": "javascript",
    "ts": "typescript",
    "toml": "toml",
    "sql": "sql",
    "sh": "shell",
}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field's new text, checked; `text` is None if a file is removed."""

    field: str
    text: str | None
    media_type: str = ""
    language: str | None = None


def content_hash(fields: Mapping[str, FieldContent]) -> str:
    """SHA-256 of RFC 8785 `{"v": 1, "fields": {name: {sha256, media_type, language}}}`, in lowercase hex."""
    hashed = {name: content.hashed() for name, content in fields.items()}
    return canonical_hash({"v": CONTENT_HASH_VERSION, "fields": hashed})


def language_of(path: str) -> str | None:
    """The language of a file for which none was given, by its ending, or None. Only this function decides it."""
    name = path.rsplit("/", 1)[-1]
    return LANGUAGES_BY_ENDING.get(name.rsplit(".", 1)[-1].lower()) if "." in name else None


def file_media(language: str | None) -> tuple[str, str | None]:
    """The media type and the language of a file in that language, which may be unknown."""
    return MEDIA_TYPES.get(language or "", "text/plain"), language


def read_changes(changes: object) -> dict[str, FieldChange]:
    """Check the `changes` of a save, field by field.

    Raises `ValidationFailed` naming the field, `PayloadTooLarge` for a text over the limit.
    """
    if not isinstance(changes, Mapping) or not changes:
        raise ValidationFailed({"changes": [_("Name at least one field and its new text.")]})
    return {name: _read_change(name, value) for name, value in changes.items()}


def changes_read_before(changes: object) -> Callable[[], dict[str, FieldChange]]:
    """Run `read_changes` now; the returned function returns its result or raises its refusal.

    Checking a large text takes a while, so it is done before the project's row is locked; but a refusal because of the
    caller's permissions must be raised before one because of the text.
    """
    try:
        checked = read_changes(changes)
    except DomainError as refusal:
        return partial(_refuse, refusal)
    return lambda: checked


def _refuse(refusal: DomainError) -> NoReturn:
    raise refusal


def line_ends_changed(changes: Mapping[str, Any]) -> list[str]:
    """The fields of a save whose line ends were changed to LF: prompts and configurations with other line ends."""
    texts = ((name, bytes(value) if isinstance(value, msgspec.Raw) else value) for name, value in changes.items())
    return sorted(
        name
        for name, text in texts
        if not keeps_line_ends(name)
        and ((isinstance(text, str) and "\r" in text) or (isinstance(text, bytes) and b"\r" in text))
    )


def refused_texts(changes: object) -> dict[str, str]:
    """The texts of a refused save that can be kept; texts that cannot be stored are left out."""
    texts: dict[str, str] = {}
    if isinstance(changes, Mapping):
        for name, value in changes.items():
            text = value.get("content") if isinstance(value, Mapping) and name != CONFIGURATION else value
            if isinstance(text, Mapping):
                text = _configuration_text(text)
            try:
                if isinstance(text, str):
                    texts[name] = check_content(text, field=name)
            except Exception:  # noqa: BLE001, S112 - whatever makes a text unfit, the others are still kept
                continue
    return texts


def _read_change(name: object, value: object) -> FieldChange:
    change = read_unchecked(name, value)
    check_syntax_of(change)
    return change


def read_unchecked(name: object, value: object) -> FieldChange:
    """One field's new text as it can be kept, whether or not it follows its language's grammar.

    Raises `ValidationFailed` for what is no field and for a value of another shape, `PayloadTooLarge`.
    """
    field = check_field_name(name, parameter="changes")
    kind = field_kind(field)
    if kind == "prompt":
        if not isinstance(value, str):
            raise ValidationFailed({field: [_("Must be text.")]})
        return FieldChange(field, check_content(value, field=field), *PROMPT_MEDIA)
    if kind == "configuration":
        if isinstance(value, Mapping | msgspec.Raw):
            value = _configuration_text(value)
        if not isinstance(value, str):
            raise ValidationFailed({CONFIGURATION: [_("Must be a JSON object or its text.")]})
        return FieldChange(field, check_content(value, field=field), *CONFIGURATION_MEDIA)
    return _read_file(field, value)


def check_syntax_of(change: FieldChange) -> None:
    """Raise `ValidationFailed` on the field if its new text breaks the grammar of its language."""
    if change.text is None:
        return
    if change.field == CONFIGURATION:
        if not isinstance(parse(change.text, name=CONFIGURATION), dict):
            raise ValidationFailed({CONFIGURATION: [_("Must be a JSON object.")]})
    elif change.field != PROMPT:
        check_syntax(change.text, language=change.language, name=change.field)


def _configuration_text(value: Any) -> str:
    """The text of a configuration that came as JSON: as it was spelled where that is known, laid out for reading."""
    raw = bytes(value) if isinstance(value, msgspec.Raw) else msgspec.json.encode(value)
    return msgspec.json.format(raw, indent=2).decode("utf-8")


def _read_file(field: str, value: object) -> FieldChange:
    if value is None:
        return FieldChange(field, None)
    if not isinstance(value, Mapping) or not isinstance(value.get("content"), str):
        raise ValidationFailed({field: [_('Must be {"language", "content"}, or null to remove the file.')]})
    unknown = set(value) - {"language", "content"}
    if unknown:
        raise ValidationFailed({field: [_("Unknown member {name!r}.").format(name=min(unknown))]})
    language = value["language"] if "language" in value else language_of(file_path(field))
    if language is not None and not (isinstance(language, str) and _LANGUAGE.match(language)):
        raise ValidationFailed({field: [_("The language must be a short lowercase name, or null.")]})
    text = check_content(value["content"], field=field)
    return FieldChange(field, text, *file_media(language))


def applied(before: Mapping[str, FieldContent], changes: Mapping[str, FieldChange]) -> dict[str, FieldContent]:
    """Every field after these changes."""
    contents = {name: content_of(change) for name, change in changes.items()}
    after = {**before, **contents}
    return {name: content for name, content in after.items() if content is not None}


def content_of(change: FieldChange) -> FieldContent | None:
    """What a field holds after a change; None where the change removes it."""
    if change.text is None:
        return None
    data = change.text.encode("utf-8")
    size = len(data) if change.field.startswith(FILES) else 0
    return FieldContent(sha256_of(data), change.media_type, change.language, size)


def check_files(fields: Mapping[str, FieldContent]) -> None:
    """Refuse too many files, two whose paths differ only in case, and a file where there is a folder."""
    paths = [file_path(name) for name in fields if name not in (PROMPT, CONFIGURATION)]
    if len(paths) > MAX_FILES:
        raise ValidationFailed({"changes": [_("A project can have at most {most} files.").format(most=MAX_FILES)]})
    folded: dict[str, str] = {}
    for path in paths:
        other = folded.setdefault(fold_path(path), path)
        if other != path:
            raise ValidationFailed({FILES + path: [_("Differs from {path} only in case.").format(path=other)]})
    for path in paths:
        parts = fold_path(path).split("/")
        for depth in range(1, len(parts)):
            if "/".join(parts[:depth]) in folded:
                raise ValidationFailed({FILES + path: [_("A part of the path is a file already.")]})
