"""A kind of changes that proposals can hold beside fields, and a step when a proposal ends."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from drafts.compare.budget import Budget
from kernel.errors import ValidationFailed
from projects.permissions import NOT_ARCHIVED
from projects.writing import ProjectWrite
from proposals.endings import EndedProposal
from proposals.kinds import Acceptance, Accepted, Content, Kind, Staged
from tests.sample_stage.models import MAX_TEXT, Note
from tests.sample_stage.services import insert_note

# When a proposal of this title ends, its project gets a note.
NOTED_AT_THE_END: Final = "Note how this ends"


def _read(project_id: UUID, targets: Collection[str], version: int | None) -> Mapping[str, Content]:
    """A note `heading: text` says what its heading holds; versions know nothing of notes."""
    found: dict[str, Content] = dict.fromkeys(targets)
    for note in Note._default_manager.filter(project=project_id).order_by("id"):
        heading, colon, text = note.text.partition(": ")
        if colon and heading in found:
            found[heading] = {"text": text}
    return found


def _parse(target: str, value: object) -> Staged:
    if not isinstance(value, str) or not 0 < len(f"{target}: {value}") <= MAX_TEXT:
        raise ValidationFailed({target: [_("Must be a short text.")]})
    return Staged(value, None, len(value.encode()))


def _apply(write: ProjectWrite, acceptance: Acceptance, changes: Mapping[str, Accepted]) -> None:
    for heading, change in sorted(changes.items()):
        insert_note(write, f"{heading}: {change.after['text'] if change.after else ''}")


def _difference(target: str, before: str | None, after: str | None, budget: Budget) -> dict[str, Any]:
    return {"field": f"heading:{target}", "kind": "text", "change": "changed", "same_values": False}


HEADING: Final = Kind(
    name="heading",
    statuses=NOT_ARCHIVED,
    read=_read,
    parse=_parse,
    check=lambda target, staged: None,
    canonical=lambda target, staged: {"text": staged.value},
    staged=lambda content: Staged(content and content["text"], None, 0),
    texts=lambda staged: (),
    apply=_apply,
    label=lambda target: target,
    read_texts=lambda contents: {},
    difference=_difference,
)


def note_the_outcome(ended: EndedProposal) -> None:
    """Put a note on the project of a proposal that wants one."""
    if ended.proposal.title == NOTED_AT_THE_END:
        insert_note(ended.write, f"{ended.proposal} is {ended.proposal.state}")
