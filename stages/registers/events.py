"""The events of registers: of each bundle, of all that come from a site at once, of each key for signing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from audit.event_types import (
    EVENT_KINDS,
    EventContext,
    EventKind,
    EventType,
    Facts,
    Summary,
    Text,
    register_event_groups,
    register_events,
)
from stages.registers.catalogue import is_system

if TYPE_CHECKING:
    from audit.models import Event

CHANGED: Final = "register.changed"
INGESTED: Final = "register.ingested"
KEY_ADDED: Final = "actor_key.added"
KEY_REVOKED: Final = "actor_key.revoked"
# Beyond this, an event does not name the records that a bundle changed.
MAX_RECORDS: Final = 100


# What a bundle did, by the `act` of its event; {thing} names what it was done to.
SENTENCES: Final[Mapping[str, Text]] = {
    "created": _("{name} created {thing}"),
    "deleted": _("{name} deleted {thing}"),
    "set": _("{name} changed {thing}"),
    "attached": _("{name} put {thing} into a further table"),
    "detached": _("{name} took {thing} out of a table"),
    "linked": _("{name} linked {thing}"),
    "unlinked": _("{name} removed a link of {thing}"),
    "confirmed": _("{name} confirmed links of {thing}"),
    "merged": _("{name} merged {thing}"),
    "split": _("{name} split {thing}"),
    "table": _("{name} made or changed the table {thing}"),
    "table_removed": _("{name} deleted the table {thing}"),
    "column": _("{name} made or changed the column {thing}"),
    "column_removed": _("{name} removed the column {thing}"),
    "relation": _("{name} made or changed the kind of links {thing}"),
    "relation_removed": _("{name} removed the kind of links {thing}"),
    "view": _("{name} saved a view of records ({thing})"),
    "view_removed": _("{name} removed a view of records ({thing})"),
}


def _count(context: EventContext) -> str:
    return _changes(int(context.data["count"]))


def _changes(count: int) -> str:
    return ngettext("{count} change", "{count} changes", count).format(count=f"{count:,}")


def _came(context: EventContext) -> str:
    return _changes(int(context.data["operations"]))


def _words(context: EventContext) -> str:
    """Names, and fields and tables where there are some: "REQ-4 (Title, Status) in Requirements"."""
    about: Mapping[str, Any] = context.data.get("about") or {}
    names = ", ".join(map(str, about.get("names", ())))
    if not names:
        return _count(context)
    if more := int(about.get("more", 0)):
        names = ngettext("{names} and {n} more", "{names} and {n} more", more).format(names=names, n=f"{more:,}")
    if fields := ", ".join(map(str, about.get("fields", ()))):
        names = f"{names} ({fields})"
    table = about.get("table")
    if not table or table == names:
        return names
    return gettext("{names} in {table}").format(names=names, table=table)


def _sentence(context: EventContext) -> Text:
    about: Mapping[str, Any] = context.data.get("about") or {}
    if context.data.get("undoes"):
        return _("{name} took back or did again: {thing}")
    sentence = SENTENCES.get(str(about.get("act", ""))) if about.get("names") else None
    return sentence or _("{name} made {thing} in records")


def _link(project_id: UUID | None, facts: Facts) -> str:
    """The page of the record, of the table, or where deleted things are listed."""
    about: Mapping[str, Any] = facts.get("about") or {}
    act = str(about.get("act", ""))
    records = list(facts.get("records") or ())
    tables = [each for each in facts.get("tables") or () if not is_system(each)] or [about.get("facet", "")]
    if project_id is None:
        return ""
    if act in ("table_removed", "column_removed"):
        return reverse("registers:deleted", args=[project_id])
    if len(records) == 1 and tables[0] and not act.startswith(("table", "column", "relation", "view")):
        return reverse("registers:record", args=[project_id, records[0]])
    if len(tables) == 1 and tables[0] and not is_system(tables[0]):
        return reverse("registers:table", args=[project_id, tables[0]])
    return reverse("registers:tables", args=[project_id])


def _all_that_came(events: Sequence[Event]) -> str:
    return _changes(sum(int(each.data["operations"]) for each in events))


def _key(context: EventContext) -> str:
    return str(context.data["public_key"])[:16]


EVENTS: Final = (
    EventType(
        CHANGED,
        live=("bundle", "tables", "records", "count", "opened", "resolved"),
        words=_words,
        sentence=_sentence,
        icon="layers",
        kind="registers",
        link=_link,
    ),
    EventType(
        INGESTED,
        live=("site", "site_name", "people", "numbers", "operations", "tables", "records", "opened", "resolved"),
        words=_came,
        sentence=_("{name} took in {thing} of records from another site"),
        summary=Summary(_("{name} took in {thing} of records from another site"), _all_that_came),
        icon="refresh-cw",
        kind="registers",
        link=lambda project_id, _facts: reverse("registers:tables", args=[project_id]) if project_id else "",
    ),
    EventType(
        KEY_ADDED,
        chain="site",
        words=_key,
        sentence=_("{name} got a key for signing records: {thing}"),
        icon="key-round",
    ),
    EventType(
        KEY_REVOKED,
        chain="site",
        words=_key,
        sentence=_("{name} revoked a key for signing records: {thing}"),
        icon="key-round",
    ),
)


def register() -> None:
    """Register all of them, with a filter of their own."""
    EVENT_KINDS.register("registers", EventKind(_("Records"), position=13))
    register_event_groups(register=_("Records"), actor_key=_("Keys of accounts"))
    register_events(*EVENTS)
