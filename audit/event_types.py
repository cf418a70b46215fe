"""Event types: how each is shown in the live stream, on pages, in the inbox, in mails and in the documents.

An app defines its types in its `events.py` and registers them in `ready()`:

    EVENTS: Final = (EventType("run.finished", live=("run_id",), sentence=_("{name} finished {thing}"), ...),)

    class RunsConfig(AppConfig):
        def ready(self) -> None:
            register_events(*EVENTS)

The functions of a type must not query the database: pages that list events read the names for all of them at once.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal
from uuid import UUID

from django.utils.functional import Promise

from kernel.registry import Registry

if TYPE_CHECKING:
    from audit.models import Event

Text = str | Promise
Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EventContext:
    """An event, and the display names of accounts by id, as far as the reader may see them."""

    event: Event
    names: Mapping[str, str]

    @property
    def data(self) -> dict[str, Any]:
        """Values and hashes before and after, as the type defines them."""
        return self.event.data


Words = Callable[[EventContext], str]
# Takes a project's id (None outside projects) and the facts of an event or inbox line; returns a URL or "".
Link = Callable[[UUID | None, Facts], str]


def no_words(context: EventContext) -> str:
    """The default `words`: none."""
    return ""


def no_link(project_id: UUID | None, facts: Facts) -> str:
    """The default `link`, for events about things without a page."""
    return ""


@dataclass(frozen=True, slots=True)
class Revocation:
    """How an event ends or reduces access; the gateway then checks the permissions of the affected users again.

    `user` returns the id of the affected account, or None for everybody in the event's project. `targets` returns
    whether the event ends exactly this credential, whose name is never reused; `invalidates` whether it ends all access
    that the credential gave before the event. Both take the event and the name of a credential (`token:<id>`,
    `cookie:<hash>`).
    """

    user: Callable[[Event], str | None]
    targets: Callable[[Event, str], bool] = lambda event, credential: False
    invalidates: Callable[[Event, str], bool] = lambda event, credential: False


@dataclass(frozen=True, slots=True)
class InboxLine:
    """A kind of inbox line; `kind` is its name, and the part before the dot its topic for mail settings.

    `title` is a heading for the reader. `sentence` contains `{name}` and `{thing}`; `mail` contains `{name}` only,
    because a mail leaves the installation. The functions get the facts (ids and names) with which the line was made.
    """

    kind: str
    title: str
    icon: str
    mail: Text
    sentence: Text | Callable[[Facts], Text]
    thing: Callable[[Facts], str]
    link: Link = no_link


@dataclass(frozen=True, slots=True)
class EventKind:
    """A choice of the activity page's filter by kind; `by_default` says whether it is shown without a filter."""

    label: Text
    position: float
    by_default: bool = True


def _actor(event: Event) -> Hashable:
    actor: Hashable = event.record["actor"]["id"]
    return actor


@dataclass(frozen=True, slots=True)
class Summary:
    """How the activity page sums up several events in a row on one day.

    Events whose types have the same summary are alike; `includes` says which of their events are, and `about` what they
    have in common: by default the person who caused them. `sentence` contains `{name}`, that of a person where people
    and programs caused them, and `{thing}`; `thing` gets the events, newest first.
    """

    sentence: Text
    thing: Callable[[Sequence[Event]], str]
    includes: Callable[[Event], bool] = lambda event: True
    about: Callable[[Event], Hashable] = _actor


@dataclass(frozen=True, slots=True)
class EventType:
    """One type of event; `name` is the `action` in its records.

    - `chain`: on which chain its events are recorded;
    - `since`: the release of Foundry that first recorded it;
    - `live`: the members of its data that are sent to everybody in the project at once. All other members, as well as
      the address, user agent and reason, are shown in the audit trail only;
    - `words`: a short summary for the audit trail: `v15: Prompt, Model configuration`;
    - `sentence`, `thing`: the text for the members of the project, with `{name}` and `{thing}`. It contains no token,
      reason or address, which only the audit trail shows. `thing` defaults to `words`;
    - `summary`: one sentence for several in a row, or none;
    - `icon`, `kind`: how the activity page shows and filters it (`EVENT_KINDS`);
    - `field_in`: the member of its data with the name or names of the fields that it is about;
    - `link`: the URL of what it is about, or empty;
    - `inbox`: the kinds of inbox lines that it creates;
    - `revokes`: how it ends or reduces access.
    """

    name: str
    chain: Literal["project", "site", "any"] = "project"
    since: str = "0.1"
    live: tuple[str, ...] = ()
    words: Words = no_words
    sentence: Text | Callable[[EventContext], Text] = ""
    thing: Words | None = None
    summary: Summary | None = None
    icon: str = "activity"
    kind: str = ""
    field_in: str = ""
    link: Link = no_link
    inbox: tuple[InboxLine, ...] = ()
    revokes: Revocation | None = None


EVENT_TYPES: Final = Registry[EventType]("type of event")
EVENT_KINDS: Final = Registry[EventKind]("kind of event")
# What the audit trail calls all events whose names begin alike, by the part of their names before the dot.
EVENT_GROUPS: Final = Registry[Text]("group of events")
INBOX_LINES: Final = Registry[InboxLine]("kind of inbox line")


def register_events(*types: EventType) -> None:
    """Register event types, with their inbox lines."""
    for each in types:
        EVENT_TYPES.register(each.name, each)
        register_inbox_lines(*each.inbox)


def register_event_groups(**labels: Text) -> None:
    """Register what the audit trail calls the app's events: `register_event_groups(run=_("Runs"))` for `run.*`."""
    for name, label in labels.items():
        EVENT_GROUPS.register(name, label)


def register_inbox_lines(*lines: InboxLine) -> None:
    """Register kinds of inbox lines that are not created by an event, such as a question that is not recorded."""
    for line in lines:
        INBOX_LINES.register(line.kind, line)
