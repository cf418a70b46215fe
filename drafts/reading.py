"""Versions as their readers get them: the body of the protocol, the history, one file, a field's text."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from blobs.models import Blob
from drafts.models import Draft, FieldContent
from kernel.errors import NotFound
from projects.fields import FILES, check_field_name, file_path


def get_draft(*, project_id: UUID, version: int | None) -> Draft:
    """One version with its texts and author at hand; the current one for None. Raises `NotFound`."""
    drafts = Draft.objects.of_project(project_id).select_related("prompt", "configuration", "author")
    draft = (drafts if version is None else drafts.filter(version_number=version)).first()
    if draft is None:
        if version is None:
            raise NotFound(_("The project has no version yet."))
        raise NotFound(_("There is no version {version}.").format(version=version))
    return draft


def etag_of(draft: Draft) -> str:
    """The entity tag of a version, quotes included: `"<version>-<content_hash>"`."""
    return f'"{draft.version_number}-sha256:{draft.content_hash}"'


def summary(draft: Draft) -> dict[str, Any]:
    """A version without its texts, as the history lists it."""
    return {
        "id": draft.id,
        "version_number": draft.version_number,
        "author": draft.author.person(),
        "created_at": draft.created_at,
        "message": draft.message,
        "kind": draft.kind,
        "source_version": draft.source_version,
        "changed_fields": draft.changed_fields,
        **({"renamed": draft.renamed} if draft.renamed else {}),
        **({"origin": draft.origin} if draft.origin else {}),
        "content_hash": f"sha256:{draft.content_hash}",
    }


def body(draft: Draft) -> dict[str, Any]:
    """The whole version. `model_configuration` is embedded as it was spelled, not as Python would print it."""
    text = draft.model_configuration_text
    files = {file_path(name): content for name, content in draft.fields.items() if name.startswith(FILES)}
    return {
        **summary(draft),
        "prompt_text": draft.prompt_text,
        "model_configuration": msgspec.Raw(text.encode()) if text is not None else None,
        "model_configuration_text": text,
        "files": {path: {**content.hashed(), "size": content.size} for path, content in sorted(files.items())},
        **({"line_ends_changed": list(draft.line_ends_changed)} if draft.line_ends_changed else {}),
    }


def field_of(draft: Draft, name: str) -> FieldContent:
    """What a version holds in one field. Raises `NotFound`."""
    content = draft.fields.get(check_field_name(name))
    if content is None:
        raise NotFound(_("v{version} has no {field}.").format(version=draft.version_number, field=name))
    return content


def text_of(content: FieldContent) -> str:
    """The text behind a field of a version that the caller may read."""
    return Blob.objects.get(pk=content.sha256).text


def texts_of(drafts: list[Draft], field: str) -> list[str]:
    """One field's text in several versions, in one query; empty where a version does not have the field."""
    hashes = [draft.sha256_of(field) for draft in drafts]
    texts = {blob.sha256: blob.text for blob in Blob.objects.filter(sha256__in=[each for each in hashes if each])}
    return [texts.get(digest, "") if digest else "" for digest in hashes]
