"""The types of events as a document for operators and inspectors: docs/events.md, and `manage.py list_events`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from django.utils.translation import override

from audit.event_types import EventType

_HEAD: Final = """\
# Events

Every event that this installation can record, made by `manage.py list_events` from what its apps register. An event
that is not listed here is refused when it is recorded.

- **Chain**: the chain of the audit trail that it is on: each project has one, and the site.
- **Since**: the release of Foundry that first recorded it.
- **Live**: the members of its data that everybody in the project sees the moment it happens. Everything else (reasons,
  addresses, values before) stays in the audit trail.
- **Notifies**: the lines that it puts into people's inboxes, which they may also have by mail.
- **Access**: whether it ends or lowers access, within 2 seconds on every node.
"""
_CHAINS: Final[Mapping[str, str]] = {"project": "project", "site": "site", "any": "project or site"}


def event_document(types: Iterable[EventType]) -> str:
    """The document in Markdown, in English, by group and name."""
    with override("en"):
        return "\n".join([_HEAD, *_tables(sorted(types, key=lambda each: each.name))])


def _tables(types: list[EventType]) -> Iterator[str]:
    yield "| Event | Chain | Since | Live | Notifies | Access |"
    yield "|---|---|---|---|---|---|"
    for each in types:
        lines = "; ".join(f"{line.title} (`{line.kind}`)" for line in each.inbox)
        cells = (
            f"`{each.name}`",
            _CHAINS[each.chain],
            each.since,
            ", ".join(f"`{member}`" for member in each.live),
            lines,
            _access(each),
        )
        yield f"| {' | '.join(cells)} |"
    yield ""


def _access(described: EventType) -> str:
    return "may end" if described.revokes else ""
