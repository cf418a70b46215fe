"""The patch of a run, line by line, as its card shows it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import BinaryField
from django.db.models.functions import Substr

from blobs.models import Blob
from stages.runs.models import Run

# The number of lines that a range has in the old text, and in the new one; a number that is left out is 1.
_RANGE: Final = re.compile(r"@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@")
# What the sign of a line says of it, and how many lines of the old and of the new text it is.
_SIGNS: Final = {"+": ("added", 0, 1), "-": ("removed", 1, 0), "\\": ("", 0, 0)}


@dataclass(frozen=True, slots=True)
class PatchLine:
    """One line; `kind` is `head`, `range`, `added`, `removed`, or empty for a line that stays."""

    kind: str
    text: str


def patches_of(runs: Iterable[Run], *, most: int) -> dict[UUID, str]:
    """The patches of those runs that made one, by run: the first `most` characters, and one more where more follow."""
    made = {run.id: run.patch_id for run in runs if run.patch_id is not None}
    if not made:
        return {}
    # A character has at most four bytes.
    begins = Substr("data", 1, 4 * (most + 1), output_field=BinaryField())
    found = dict(Blob.objects.filter(sha256__in=set(made.values()), data__isnull=False).values_list("sha256", begins))
    return {
        run_id: bytes(found[sha256]).decode("utf-8", "ignore")[: most + 1]
        for run_id, sha256 in made.items()
        if sha256 in found
    }


def lines_of(patch: str) -> list[PatchLine]:
    """The lines of a unified diff. How many belong to a range is what its first line says."""
    lines: list[PatchLine] = []
    old = new = 0
    for text in patch.removesuffix("\n").split("\n"):
        if found := _RANGE.match(text) if old <= 0 and new <= 0 else None:
            old, new = (int(number or 1) for number in found.groups())
            lines.append(PatchLine("range", text))
        elif old > 0 or new > 0:
            kind, of_old, of_new = _SIGNS.get(text[:1], ("", 1, 1))
            old, new = old - of_old, new - of_new
            lines.append(PatchLine(kind, text))
        else:
            lines.append(PatchLine("" if text.startswith("\\") else "head", text))
    return lines
