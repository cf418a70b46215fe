"""The runnable payload: everything a program needs to run one content hash, and nothing else.

Its bytes depend on the content alone (RFC 8785 of the members below), so the content hash is a true entity tag: two
versions with the same content, in whichever projects, give the same bytes. The version is in a header.
`model_configuration_text` is the configuration as it was typed, over which its hash is computed.

    {"format": "foundry.payload/1", "content_hash": "sha256:…", "prompt_text": "…" | null,
     "model_configuration": {…} | null, "model_configuration_text": "…" | null,
     "files": {"<path>": {"content": "…", "language": "yaml" | null, "media_type": "…", "sha256": "…"}}}
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from blobs.models import Blob
from drafts.models import Draft, FieldContent
from drafts.reading import get_draft
from kernel.canonical import canonical
from kernel.errors import NotFound
from kernel.ijson import parse
from projects.fields import FILES, file_path
from projects.models import Project

PAYLOAD_FORMAT: Final = "foundry.payload/1"

# How many bytes of content are read from Postgres, and held in memory, at once.
BATCH_BYTES: Final = 4 * 1024 * 1024


def find_draft(*, project: Project, version: int | None, content_hash: str | None) -> Draft:
    """The version that a number or a content hash (bare hex) names; the current one without. Raises `NotFound`.

    If several versions have the content, the newest of them is returned.
    """
    if content_hash is None:
        return get_draft(project_id=project.id, version=version)
    drafts = Draft.objects.of_project(project.id).select_related("prompt", "configuration", "author")
    draft = drafts.filter(content_hash=content_hash).first()
    if draft is None:
        raise NotFound("The project has no version with this content hash.")
    return draft


def payload(draft: Draft) -> Iterator[bytes]:
    """The bytes of the payload in pieces, so that a large one is never in memory as a whole."""
    yield f'{{"content_hash":"sha256:{draft.content_hash}","files":{{'.encode()
    yield from _files(draft)
    text = draft.model_configuration_text
    rest = canonical(
        {
            "format": PAYLOAD_FORMAT,
            "model_configuration": None if text is None else parse(text),
            "model_configuration_text": text,
            "prompt_text": draft.prompt_text,
        }
    )
    yield f"}},{rest[1:]}".encode()


def batches(contents: Iterable[tuple[str, FieldContent]]) -> Iterator[list[tuple[str, FieldContent, str]]]:
    """Fields with their texts, in the order given, a few MiB at a time and each batch in one query."""
    batch: list[tuple[str, FieldContent]] = []
    size = 0
    for name, content in contents:
        if batch and size + content.size > BATCH_BYTES:
            yield _with_texts(batch)
            batch, size = [], 0
        batch.append((name, content))
        size += content.size
    if batch:
        yield _with_texts(batch)


def _files(draft: Draft) -> Iterator[bytes]:
    files = [(file_path(name), content) for name, content in draft.fields.items() if name.startswith(FILES)]
    # RFC 8785 sorts names by their UTF-16 code units.
    files.sort(key=lambda each: each[0].encode("utf-16-be"))
    separator = ""
    for batch in batches(files):
        for path, content, text in batch:
            yield f"{separator}{canonical(path)}:{canonical({**content.hashed(), 'content': text})}".encode()
            separator = ","


def _with_texts(batch: list[tuple[str, FieldContent]]) -> list[tuple[str, FieldContent, str]]:
    blobs = Blob.objects.in_bulk({content.sha256 for _, content in batch})
    return [(name, content, blobs[content.sha256].text) for name, content in batch]
