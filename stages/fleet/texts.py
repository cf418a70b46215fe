"""The texts that directives bring: which fields of a release can be written to stations."""

from __future__ import annotations

import re
from typing import Final

from django.utils.translation import gettext as _

from blobs.models import Blob
from kernel.errors import ValidationFailed
from publishing.models import Release

# What begins and ends a section in a file, also those of other tools that a station takes over. A text with such a line
# could not be found again.
MARKER: Final = re.compile(
    r"^[ \t]*<!--[ \t]*(FOUNDRY MANAGED|END FOUNDRY|MANAGED BY EDICTFLOW|END EDICTFLOW)\b", re.MULTILINE | re.IGNORECASE
)


def check_text_of(release: Release, field: str) -> None:
    """Raise `ValidationFailed` on `field` if the release has no such field, or one that no station can write."""
    sha256 = release.draft.sha256_of(field)
    blob = Blob.objects.filter(pk=sha256).first() if sha256 else None
    problem = _("The release has no such field.") if blob is None else _problem_of(blob)
    if problem:
        raise ValidationFailed({"field": [problem]})


def _problem_of(blob: Blob) -> str | None:
    if blob.data is None:
        return _("It is too large for stations.")
    try:
        text = blob.text
    except UnicodeDecodeError:
        return _("It is not text.")
    marker = MARKER.search(text)
    if marker is not None:
        line = text.count("\n", 0, marker.start()) + 1
        return _("Line {line} looks like the beginning or end of a managed section.").format(line=line)
    return None
