"""The events of releases and their policy."""

from __future__ import annotations

from functools import partial
from typing import Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from audit.event_types import (
    EVENT_KINDS,
    EventContext,
    EventKind,
    EventType,
    Facts,
    InboxLine,
    Text,
    register_event_groups,
    register_events,
)
from notifications.topics import MAIL_TOPICS, MailTopic

_LIVE: Final = ("release_id", "name", "version", "project_status")

_MEANINGS: Final = {
    "authored": gettext_lazy("authored"),
    "reviewed": gettext_lazy("reviewed"),
    "approved": gettext_lazy("approved"),
}
_SIGNED: Final = {
    "authored": gettext_lazy("{name} signed your release {thing} as author"),
    "reviewed": gettext_lazy("{name} signed your release {thing} as reviewer"),
    "approved": gettext_lazy("{name} signed your release {thing} as approver"),
}
_RULES: Final = {
    "signatures": gettext_lazy("signatures"),
    "distinct_people": gettext_lazy("how many people"),
    "author_may_approve": gettext_lazy("authors who approve"),
    "open_comments": gettext_lazy("open comments"),
    "open_tasks": gettext_lazy("open tasks"),
    "gates": gettext_lazy("gates"),
}


def register() -> None:
    """Register all of them."""
    EVENT_KINDS.register("releases", EventKind(gettext_lazy("Releases"), position=40))
    MAIL_TOPICS.register(
        "release", MailTopic(gettext_lazy("A release needs your signature, or one of yours changes"), position=40)
    )
    register_events(*EVENTS)
    register_event_groups(release=gettext_lazy("Releases"), policy=gettext_lazy("Release policies"))


def _release(context: EventContext) -> str:
    return f"{context.data['name']}, v{context.data['version']}"


def _signed(context: EventContext) -> str:
    return f"{_release(context)}, {_MEANINGS[context.data['meaning']]}"


def _notes(context: EventContext) -> str:
    return f"{_release(context)}, {gettext('revision {n}').format(n=context.data['revision'])}"


def _policy(context: EventContext) -> str:
    rules, before = context.data["rules"], context.data["before"]
    changed = [name for name in {**rules, **before} if rules.get(name) != before.get(name)]
    return ", ".join(str(_RULES.get(name, name)) for name in changed).capitalize()


def _name(facts: Facts) -> str:
    return f"{facts['name']} (v{facts['version']})"


def _signed_sentence(facts: Facts) -> Text:
    return _SIGNED.get(facts["meaning"]) or gettext_lazy("{name} signed your release {thing}")


def _page(project_id: UUID | None, facts: Facts) -> str:
    return reverse("workspace:release", args=[project_id, facts["release_id"]])


_line = partial(InboxLine, thing=_name, link=_page)

SUBMITTED: Final = _line(
    "release.submitted",
    title="A release waits for your signature",
    icon="signature",
    mail=gettext_lazy("{name} asks for your signature on a release"),
    sentence=gettext_lazy("{name} asks you to sign release {thing}"),
)
SIGNED: Final = _line(
    "release.signed",
    title="Your release was signed",
    icon="signature",
    mail=gettext_lazy("{name} signed your release"),
    sentence=_signed_sentence,
)
RELEASED: Final = _line(
    "release.released",
    title="Your release is out",
    icon="snowflake",
    mail=gettext_lazy("{name} completed your release"),
    sentence=gettext_lazy("{name} completed your release {thing} with the last signature"),
)
REJECTED: Final = _line(
    "release.rejected",
    title="Your release was sent back",
    icon="undo-2",
    mail=gettext_lazy("{name} rejected your release"),
    sentence=gettext_lazy("{name} rejected your release {thing}"),
)
WITHDRAWN: Final = _line(
    "release.withdrawn",
    title="Your release was withdrawn",
    icon="undo-2",
    mail=gettext_lazy("{name} withdrew a release"),
    sentence=gettext_lazy("{name} withdrew release {thing}"),
)

_of_a_release = partial(EventType, live=_LIVE, words=_release, icon="signature", kind="releases", link=_page)

EVENTS: Final = (
    EventType(
        "policy.updated",
        words=_policy,
        sentence=gettext_lazy("{name} changed the policy: {thing}"),
        icon="signature",
        kind="releases",
    ),
    _of_a_release("release.submitted", sentence=gettext_lazy("{name} submitted release {thing}"), inbox=(SUBMITTED,)),
    _of_a_release(
        "release.signed",
        live=(*_LIVE, "meaning"),
        words=_signed,
        sentence=gettext_lazy("{name} signed release {thing}"),
        inbox=(SIGNED,),
    ),
    _of_a_release(
        "release.notes_written",
        live=("release_id", "name", "version", "revision"),
        words=_notes,
        sentence=gettext_lazy("{name} wrote the notes of release {thing}"),
        thing=_release,
        icon="pen-line",
    ),
    _of_a_release("release.rejected", sentence=gettext_lazy("{name} rejected release {thing}"), inbox=(REJECTED,)),
    _of_a_release("release.withdrawn", sentence=gettext_lazy("{name} withdrew release {thing}"), inbox=(WITHDRAWN,)),
    _of_a_release("release.released", sentence=gettext_lazy("{name} completed release {thing}"), inbox=(RELEASED,)),
)
