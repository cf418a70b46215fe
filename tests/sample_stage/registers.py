"""What it adds to registers: the length of each sample's text, and a facet of its own with how often it was asked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.callers import Caller
from kernel.errors import PayloadTooLarge
from kernel.statements import Statement
from stages.registers import catalogue, guards, hooks, observers
from stages.registers.causes import CAUSES, Cause
from stages.registers.elsewhere import FILES_ELSEWHERE
from stages.registers.fold.payloads import Payload
from stages.registers.fold.refreshing import Changes
from stages.registers.pages.beginnings import BEGINNINGS, Beginning
from stages.registers.proposing.sources import SOURCES
from stages.registers.rpc.registry import RPC_EVENTS
from stages.registers.schema import Column
from stages.registers.schema.linked import link_to
from stages.registers.site_names import SITE_NAMES

TABLE: Final = "samples"
SAMPLE: Final = "5a" * 32
MAX_OPERATIONS: Final = 9_999
FACET: Final = "sample_stage.counter"
COLUMNS: Final = (Column("name"), Column("count", "integer", traced=True))


def set_lengths(write: hooks.Write, changes: Changes) -> Iterable[Payload]:
    """The field `length` of samples whose `text` has another one now."""
    for each in sorted(changes.records):
        record = write.increment.storage.records.get(each)
        shown = record.fields.get(TABLE, {}) if record else {}
        text, length = shown.get("text"), shown.get("length")
        if text is not None and isinstance(text.value, str) and (length is None or length.value != len(text.value)):
            yield from write.acts.set_field(each, TABLE, "length", len(text.value))


def notify_listeners(bundle: observers.AppliedBundle) -> Iterable[Statement]:
    """Postgres notifies who listens of each sample that has another text now, once the bundle is committed."""
    rows = bundle.storage.records
    for each in sorted(bundle.changes.records):
        before, after = rows.before.get(each), rows.rows.get(each)
        old, new = (record.fields.get(TABLE, {}).get("text") if record else None for record in (before, after))
        if old != new:
            yield "SELECT pg_notify('sample_stage', %s)", [each]


def refuse_large_bundles(bundle: guards.NextBundle) -> None:
    """Nobody writes more than this at once where samples are kept."""
    if bundle.header.count > MAX_OPERATIONS:
        raise PayloadTooLarge(f"At most {MAX_OPERATIONS} operations at once.")


def names_of_sites(project_id: UUID) -> Mapping[str, str]:
    """A site with a key that no site has."""
    return {"0" * 64: "Nowhere"}


def page_of_sample(project_id: UUID, blake3: str) -> str:
    """The samples of the stage are files that nobody attached, all with the same hash."""
    return address_of(project_id, "", {"name": "sample"}) if blake3 == SAMPLE else ""


def address_of(project_id: UUID, record: str, shown: Mapping[str, Any]) -> str:
    """Where a counter is shown: among the samples of its project."""
    return f"{reverse('workspace:workspace', args=[project_id])}?counter={shown['name']}"


def note_added(_caller: Caller, _project_id: UUID, data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What a new note means to clients of the engine."""
    return [{"type": "note_added", **data}]


def source_of_sample(_project_id: UUID, origin_id: str) -> Mapping[str, str]:
    """How operations name a sample that has proposed them."""
    return {"sample": origin_id}


def causes_of_samples(_project_id: UUID, origins: Collection[str]) -> Mapping[str, Cause]:
    """What an operation means that names a sample."""
    return {each: Cause(each, f"the sample {each}", "bot") for each in origins}


def register() -> None:
    catalogue.define(FACET, COLUMNS)
    link_to(FACET, title="Counters", columns=COLUMNS, address_of=address_of)
    hooks.on_write("sample_stage", set_lengths, tables=(TABLE,))
    observers.when_written("sample_stage", notify_listeners)
    guards.GUARDS.register("sample_stage", guards.Guard(refuse_large_bundles))
    SOURCES.register("sample", source_of_sample)
    SITE_NAMES.register("sample_stage", names_of_sites)
    CAUSES.register("sample", causes_of_samples)
    FILES_ELSEWHERE.register("samples", page_of_sample)
    RPC_EVENTS.register("note.added", note_added)
    BEGINNINGS.register("samples", Beginning(_("See the notes"), _("Notes bring samples."), "sample_stage:notes"))
