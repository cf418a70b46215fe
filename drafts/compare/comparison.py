"""What differs between two versions, field by field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from drafts.compare.fields import FieldDifference
from drafts.compare.summary import summarise


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between two versions: `fields` in the order prompt, configuration, files by path.

    `unchanged` names the fields whose content is identical in both, byte for byte. Compared with nothing, all of a
    version counts as added.
    """

    fields: tuple[FieldDifference, ...]
    unchanged: tuple[str, ...]
    coarse: bool = False

    @property
    def summary(self) -> str:
        """One line for people: "Prompt +12 −3 words, temperature 0.7 → 0.2, 1 file renamed"."""
        return summarise(self.fields)

    def as_data(self) -> dict[str, Any]:
        """As REST shows it; only what changed."""
        return {
            "summary": self.summary,
            "coarse": self.coarse,
            "counts": {"fields": len(self.fields), "unchanged": len(self.unchanged)},
            "fields": [field.as_data() for field in self.fields],
        }
