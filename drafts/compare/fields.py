"""The difference of one field between two versions, by lines or by path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from drafts.compare.budget import Budget
from drafts.compare.documents import DocumentDifference, compare_documents
from drafts.compare.text import TextDifference, compare_texts
from kernel.errors import ValidationFailed
from kernel.ijson import parse
from projects.fields import CONFIGURATION, PROMPT, file_path

Outcome = Literal["added", "removed", "changed", "renamed"]


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """How one field differs.

    `source` is a renamed file's old field name; `languages` and `media_types` are (old, new) where they differ.
    `same_values` is true for a configuration with the same values but a different text; `difference` then compares the
    texts.
    """

    field: str
    change: Outcome
    difference: TextDifference | DocumentDifference
    source: str | None = None
    languages: tuple[str | None, str | None] | None = None
    media_types: tuple[str, str] | None = None
    same_values: bool = False

    @property
    def kind(self) -> Literal["text", "json"]:
        """Whether it was compared by lines or by path."""
        return "json" if isinstance(self.difference, DocumentDifference) else "text"

    @property
    def title(self) -> str:
        """The name of the field on pages."""
        return {PROMPT: "Prompt", CONFIGURATION: "Model configuration"}.get(self.field) or file_path(self.field)

    def as_data(self) -> dict[str, Any]:
        """As REST shows it."""
        data: dict[str, Any] = {
            "field": self.field,
            "kind": self.kind,
            "change": self.change,
            "same_values": self.same_values,
        }
        if self.source is not None:
            data["from"] = self.source
        if self.languages is not None:
            data["language"] = {"old": self.languages[0], "new": self.languages[1]}
        if self.media_types is not None:
            data["media_type"] = {"old": self.media_types[0], "new": self.media_types[1]}
        return data | self.difference.as_data()


def compare_field(
    field: str, old: str | None, new: str | None, budget: Budget
) -> tuple[TextDifference | DocumentDifference, bool]:
    """Compare one field's two texts (None where a version does not have the field).

    A configuration is compared by path, its numbers with all their digits; but as text if all values are the same, or
    if it is not valid JSON (saved before that was checked, or imported).
    """
    same_values = False
    if field == CONFIGURATION:
        try:
            found = compare_documents(_document(old), _document(new), budget=budget)
        except ValidationFailed:
            pass
        else:
            if found.counts.values or old is None or new is None:
                return found, False
            same_values = old != new
    return compare_texts(old or "", new or "", budget=budget), same_values


def _document(text: str | None) -> object:
    return {} if text is None else parse(text, name=CONFIGURATION, exact_numbers=True)
