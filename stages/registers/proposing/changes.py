"""What proposals ask of changes of records (`proposals.kinds.Kind`)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from drafts.compare.budget import Budget
from drafts.compare.fields import FieldDifference, Outcome
from drafts.compare.text import compare_texts
from drafts.models import Draft
from kernel.errors import ValidationFailed
from projects.writing import ProjectWrite
from proposals.kinds import Acceptance, Accepted, Staged
from stages.registers.fold.acts import Acts
from stages.registers.fold.bundles import Sourced
from stages.registers.proposing.carrying_out import payloads_of
from stages.registers.proposing.contents import Content, content_of, contents_now, text_of
from stages.registers.proposing.shapes import check_staged
from stages.registers.proposing.sources import source_of
from stages.registers.proposing.targets import NAME, RecordTarget, read_target
from stages.registers.schema import Schema
from stages.registers.services.joining import write_bundle_within
from stages.registers.storing.increment import StoredIncrement
from stages.registers.storing.storage import PostgresStorage


def target_of(spelled: str) -> RecordTarget:
    """The target that is spelled so. Raises `ValidationFailed`."""
    target = read_target(spelled)
    if target is None:
        raise ValidationFailed({"changes": [_("There is no target “{name}” of records.").format(name=spelled[:200])]})
    return target


def read(project_id: UUID, targets: Collection[str], version: int | None) -> Mapping[str, Content]:
    """What targets hold now; versions of the texts know nothing of records."""
    increment = StoredIncrement(PostgresStorage(project_id))
    return contents_now(increment, map(target_of, targets))


def parse(target: str, value: object) -> Staged:
    checked = check_staged(target_of(target), value)
    return Staged(checked, None, len(text_of(checked).encode()) if checked is not None else 0)


def canonical(target: str, value: Staged) -> Content:
    return content_of(value.value)


def staged(content: Content) -> Staged:
    value = content["value"] if content else None
    return Staged(value, None, len(text_of(value).encode()) if content else 0)


def texts(value: Staged) -> tuple[str, ...]:
    return () if value.value is None else (text_of(value.value),)


def read_texts(contents: Collection[Content]) -> dict[str, str]:
    return {content["sha256"]: text_of(content["value"]) for content in contents if content}


def difference(target: str, before: str | None, after: str | None, budget: Budget) -> dict[str, Any]:
    change: Outcome = "added" if before is None else "removed" if after is None else "changed"
    found = compare_texts(before or "", after or "", budget=budget)
    return FieldDifference(f"{NAME}:{target}", change, found).as_data()


def apply(write: ProjectWrite, acceptance: Acceptance, changes: Mapping[str, Accepted]) -> Draft | None:
    """One bundle of whoever accepts."""
    wanted = {target_of(name): change.after["value"] if change.after else None for name, change in changes.items()}

    proposal = acceptance.round.proposal
    source = source_of(proposal)

    def plan(acts: Acts, schema: Schema) -> list[Sourced]:
        return [(payload, source) for payload in payloads_of(acts, wanted)]

    write_bundle_within(write, plan, reason=acceptance.message or None, proposal=proposal.id)
    return None
