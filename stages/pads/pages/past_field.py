"""The field that a pad is for, as it is saved now: what an earlier text of the pad is compared with."""

from __future__ import annotations

from dataclasses import dataclass

from drafts.draft import FieldContent
from drafts.reading import text_of
from projects import field_names
from projects.access import Access
from projects.fields import PROMPT
from stages.pads.models import Pad


@dataclass(frozen=True, slots=True)
class FieldNow:
    """A field of the current version."""

    name: str
    version: int
    content: FieldContent

    @property
    def label(self) -> str:
        return field_names.short_label(self.name)

    def text(self) -> str:
        """What it says. One query."""
        return text_of(self.content)


def field_now(access: Access, pad: Pad) -> FieldNow | None:
    """The field that the pad is for, otherwise the prompt; None where the current version does not have it."""
    draft, name = access.project.current_draft, pad.target_field or PROMPT
    content = draft.fields.get(name) if draft is not None else None
    return FieldNow(name, draft.version_number, content) if draft is not None and content is not None else None
