"""All fields of a version as a zip of plain files, for a person's own tools.

Prompt and configuration lie at the top, files under `files/` as in the project. Every entry has the time of the
version, and the order is that of the names, so the same version gives the same names, times and contents each time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from drafts.exchange.payload import batches
from drafts.models import Draft
from kernel.zipping import StreamedZip, gathered
from projects.fields import CONFIGURATION, PROMPT, file_path

_NAMES: Final = {PROMPT: "prompt_text.md", CONFIGURATION: "model_configuration.json"}


def entry_name(field: str) -> str:
    """Where a field lies in the zip."""
    return _NAMES.get(field, field)


def download_name(field: str) -> str:
    """The name of one field that is downloaded by itself: of a file, the last part of its path."""
    return _NAMES.get(field) or file_path(field).rpartition("/")[2]


def archive(draft: Draft) -> Iterator[bytes]:
    """The zip's bytes, piece by piece: a few MiB of texts are held at once, however many files there are."""
    return gathered(_pieces(draft))


def _pieces(draft: Draft) -> Iterator[bytes]:
    zipped = StreamedZip(draft.created_at)
    fields = sorted((entry_name(name), content) for name, content in draft.fields.items())
    for batch in batches(fields):
        for name, _, text in batch:
            yield from zipped.add(name, [text.encode()])
    yield from zipped.close()
