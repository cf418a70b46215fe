"""The events of proposals, and the inbox line about drift, which has none."""

from __future__ import annotations

from functools import partial
from typing import Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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
    register_inbox_lines,
)
from notifications.topics import MAIL_TOPICS, MailTopic

_LIVE: Final = ("proposal_id", "number", "title", "round", "digest", "targets")

_VOTES: Final = {
    "approve": gettext_lazy("{name} approved {thing}"),
    "object": gettext_lazy("{name} objected to {thing}"),
}


def register() -> None:
    """Register all of them."""
    EVENT_KINDS.register("proposals", EventKind(gettext_lazy("Proposals"), position=15))
    MAIL_TOPICS.register(
        "proposal", MailTopic(gettext_lazy("A proposal needs you, or one of yours changes"), position=25)
    )
    register_event_groups(proposal=gettext_lazy("Proposals"))
    register_events(*EVENTS)
    register_inbox_lines(DRIFTED)


def _name(facts: Facts) -> str:
    return f"P{facts['number']} {facts['title']}" if facts["number"] else str(facts["title"])


def _words(context: EventContext) -> str:
    return _("{proposal}, round {round}").format(proposal=_name(context.data), round=context.data["round"])


def _thing(context: EventContext) -> str:
    return _name(context.data)


def _vote_sentence(context: EventContext) -> Text:
    return _VOTES[context.data["verdict"]]


def _vote_line(facts: Facts) -> Text:
    return _VOTES.get(facts["verdict"]) or gettext_lazy("{name} voted on {thing}")


def _page(project_id: UUID | None, facts: Facts) -> str:
    """The page of a proposal; its own people read a private one in the workspace."""
    if facts["number"] is None:
        return f"{reverse('workspace:workspace', args=[project_id])}?proposal={facts['proposal_id']}"
    return reverse("workspace:proposal", args=[project_id, facts["number"]])


_line = partial(InboxLine, icon="git-pull-request-arrow", thing=_name, link=_page)

OPENED: Final = _line(
    "proposal.opened",
    title="A proposal waits for you",
    mail=gettext_lazy("{name} opened a proposal for review"),
    sentence=gettext_lazy("{name} opened {thing} for review"),
)
CHANGED: Final = _line(
    "proposal.changed",
    title="A proposal that you approved has changed",
    mail=gettext_lazy("{name} changed a proposal that you approved"),
    sentence=gettext_lazy("{name} changed {thing} after you approved it. Please look again"),
)
VOTED: Final = _line(
    "proposal.voted",
    title="Somebody voted on your proposal",
    mail=gettext_lazy("{name} voted on your proposal"),
    sentence=_vote_line,
)
ACCEPTED: Final = _line(
    "proposal.accepted",
    title="Your proposal was accepted",
    mail=gettext_lazy("{name} accepted a proposal"),
    sentence=gettext_lazy("{name} accepted {thing}"),
)
REJECTED: Final = _line(
    "proposal.rejected",
    title="Your proposal was rejected",
    mail=gettext_lazy("{name} rejected a proposal"),
    sentence=gettext_lazy("{name} rejected {thing}"),
)
WITHDRAWN: Final = _line(
    "proposal.withdrawn",
    title="A proposal was withdrawn",
    mail=gettext_lazy("{name} withdrew a proposal"),
    sentence=gettext_lazy("{name} withdrew {thing}"),
)
EXPIRED: Final = _line(
    "proposal.expired",
    title="A proposal has expired",
    mail=gettext_lazy("A proposal has expired"),
    sentence=gettext_lazy("{thing} has expired"),
)
DRIFTED: Final = _line(
    "proposal.drifted",
    title="A field that you propose to change was saved",
    mail=gettext_lazy("A field that you propose to change was saved"),
    sentence=gettext_lazy("A field that {thing} changes was saved"),
)

_of_a_proposal = partial(
    EventType, live=_LIVE, words=_words, thing=_thing, icon="git-pull-request-arrow", kind="proposals", link=_page
)

EVENTS: Final = (
    _of_a_proposal("proposal.opened", sentence=gettext_lazy("{name} opened {thing} for review"), inbox=(OPENED,)),
    _of_a_proposal("proposal.changed", sentence=gettext_lazy("{name} changed {thing}"), inbox=(CHANGED,)),
    _of_a_proposal("proposal.edited", sentence=gettext_lazy("{name} reworded {thing}")),
    _of_a_proposal("proposal.voted", live=(*_LIVE, "verdict"), sentence=_vote_sentence, inbox=(VOTED,)),
    _of_a_proposal(
        "proposal.accepted", icon="git-merge", sentence=gettext_lazy("{name} accepted {thing}"), inbox=(ACCEPTED,)
    ),
    _of_a_proposal("proposal.rejected", sentence=gettext_lazy("{name} rejected {thing}"), inbox=(REJECTED,)),
    _of_a_proposal("proposal.withdrawn", sentence=gettext_lazy("{name} withdrew {thing}"), inbox=(WITHDRAWN,)),
    _of_a_proposal(
        "proposal.expired", sentence=gettext_lazy("{name} ended {thing}: its time is over"), inbox=(EXPIRED,)
    ),
)
