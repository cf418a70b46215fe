"""The types of events: what the live stream, the pages, the inbox, the mails and the documents know of each.

An app keeps its types in its `events.py` and registers them when it is ready:

    EVENTS: Final = (EventType("run.finished", live=("run_id",), sentence=_("{name} finished {thing}"), ...),)

    class RunsConfig(AppConfig):
        def ready(self) -> None:
            register_events(*EVENTS)

The functions of a type get everything they need: pages that list events read the names for all of them at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
    """What words are made from: an event, and display names of accounts by id, as far as its reader may know them."""

    event: Event
    names: Mapping[str, str]

    @property
    def data(self) -> dict[str, Any]:
        """Values and hashes before and after, as the type defines them."""
        return self.event.data


Words = Callable[[EventContext], str]
# From the id of a project (None for what belongs to none) and the facts of an event or a line: an address, or "".
Link = Callable[[UUID | None, Facts], str]


def no_words(context: EventContext) -> str:
    """For an event that needs no more words than the names of what it is about."""
    return ""


def no_link(project_id: UUID | None, facts: Facts) -> str:
    """For what has no page of its own."""
    return ""


@dataclass(frozen=True, slots=True)
class Revocation:
    """How an event ends or lowers access; the gateway asks again what everybody concerned may do.

    `user` names the account concerned; None stands for everybody in the event's project. `targets` tells whether the
    event ends exactly this credential, whose name never comes again; `invalidates` whether it ends whatever the
    credential proved before the event. Both are asked with the event and the name of a credential (`token:<id>`,
    `cookie:<hash>`).
    """

    user: Callable[[Event], str | None]
    targets: Callable[[Event, str], bool] = lambda event, credential: False
    invalidates: Callable[[Event, str], bool] = lambda event, credential: False


@dataclass(frozen=True, slots=True)
class InboxLine:
    """A kind of line in people's inboxes; `kind` is its name, and the word before the dot its topic for mails.

    `title` says what it means to its reader. `sentence` has `{name}` and `{thing}` in it; `mail` has `{name}` only,
    since a mail goes beyond the installation. `facts` are those that the line was made with: ids and names.
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
    """One choice of the activity page's filter by kind; `by_default` is shown where no kind was chosen."""

    label: Text
    position: float
    by_default: bool = True


@dataclass(frozen=True, slots=True)
class EventType:
    """One type of event, `name` being the `action` of its records.

    - `chain`: whose chain its events stand on;
    - `since`: the release of Foundry that first recorded it;
    - `live`: the members of its data that everybody in the project may see the moment it happens. Address, user agent,
      reason and every other member stay in the audit trail;
    - `words`: the event in a few words, for the audit trail: `v15: Prompt, Model configuration`;
    - `sentence`, `thing`: the event for the people of its project, with `{name}` and `{thing}` in it. It says less than
      the audit trail: no token, no reason, no address. The thing is `words` where it is not given;
    - `icon`, `kind`: how the activity page shows and filters it (`EVENT_KINDS`);
    - `field_in`: the member of its data with the name or names of the fields that it is about;
    - `link`: the address of what it is about; empty where there is none;
    - `inbox`: the lines that it puts into people's inboxes;
    - `revokes`: how it ends or lowers access.
    """

    name: str
    chain: Literal["project", "site", "any"] = "project"
    since: str = "0.1"
    live: tuple[str, ...] = ()
    words: Words = no_words
    sentence: Text | Callable[[EventContext], Text] = ""
    thing: Words | None = None
    icon: str = "activity"
    kind: str = ""
    field_in: str = ""
    link: Link = no_link
    inbox: tuple[InboxLine, ...] = ()
    revokes: Revocation | None = None


EVENT_TYPES: Final = Registry[EventType]("type of event")
EVENT_KINDS: Final = Registry[EventKind]("kind of event")
INBOX_LINES: Final = Registry[InboxLine]("kind of inbox line")


def register_events(*types: EventType) -> None:
    """Register types of events, with the inbox lines that they name."""
    for each in types:
        EVENT_TYPES.register(each.name, each)
        register_inbox_lines(*each.inbox)


def register_inbox_lines(*lines: InboxLine) -> None:
    """Register kinds of inbox lines that come without an event, such as a question that is not recorded."""
    for line in lines:
        INBOX_LINES.register(line.kind, line)
