"""The events of sites: invited, admitted, introduced by others, revoked. A site is named by its name and its key."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.urls import NoReverseMatch, reverse
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
    register_events,
)
from notifications.topics import MAIL_TOPICS, MailTopic
from stages.replication.choices import Rights

INVITED: Final = "site.invited"
WITHDRAWN: Final = "site.invitation_withdrawn"
ADMITTED: Final = "site.admitted"
INTRODUCED: Final = "site.introduced"
RIGHTS_CHANGED: Final = "site.rights_changed"
REVOKED: Final = "site.revoked"
REVOCATION_REPORTED: Final = "site.revocation_reported"
CUT_MOVED: Final = "site.cut_moved"
KEY_CHANGED: Final = "site.key_changed"
JOINED: Final = "project.joined"

KIND: Final = "sites"
# How a write comes in that another site has caused.
SITE: Final = "site"


def site_words(facts: Mapping[str, Any]) -> str:
    """A site by its name and the first digits of its key, by which people compare."""
    digits = str(facts.get("site", ""))[:8]
    return f"{facts['name']} ({digits})" if facts.get("name") else digits


def _site(context: EventContext) -> str:
    return site_words(context.data)


def _rights_words(facts: Facts) -> str:
    words = _("may write") if facts["rights"] == Rights.WRITES else _("may read")
    return _("{rights}, with a copy of the record").format(rights=words) if facts["copies"] else words


def _invited(context: EventContext) -> str:
    return _rights_words(context.data)


def _with_rights(context: EventContext) -> str:
    return f"{site_words(context.data)}: {_rights_words(context.data)}"


def _reported(context: EventContext) -> str:
    return _("{site}, by {by}").format(site=site_words(context.data), by=str(context.data["by"])[:8])


def _cut(context: EventContext) -> str:
    return _("{site}, bundle {number}").format(site=site_words(context.data), number=context.data["cut"]["number"])


def _home(context: EventContext) -> str:
    return str(context.data["name"])


def _admitted_sentence(context: EventContext) -> Text:
    if context.data["invitation_id"]:
        return gettext_lazy("The site {thing} came by an invitation of {name}")
    return gettext_lazy("{name} admitted the site {thing}")


def _link(project_id: UUID | None, facts: Facts) -> str:
    """The page of the sites, at the one that it is about."""
    try:
        address = reverse("replication:sites", args=[project_id])
    except NoReverseMatch:
        return ""
    return f"{address}?site={facts['site']}" if facts.get("site") else address


_line = partial(InboxLine, thing=site_words, link=_link)
ADMITTED_LINE: Final = _line(
    "site.admitted",
    title="A site was admitted",
    icon="waypoints",
    mail=gettext_lazy("A site was admitted to a project of yours"),
    sentence=gettext_lazy("The site {thing} now takes part"),
)
INTRODUCED_LINE: Final = _line(
    "site.introduced",
    title="Another site has admitted a site",
    icon="waypoints",
    mail=gettext_lazy("Another site has admitted a site that is not admitted here"),
    sentence=gettext_lazy("The site {thing} was admitted elsewhere: admit it here, too, if you know it"),
)
REVOKED_LINE: Final = _line(
    "site.revoked",
    title="A site was revoked",
    icon="shield-alert",
    mail=gettext_lazy("A site was revoked in a project of yours"),
    sentence=gettext_lazy("{name} revoked the site {thing}"),
)
REVOCATION_REPORTED_LINE: Final = _line(
    "site.revocation_reported",
    title="Another site has revoked a site",
    icon="shield-alert",
    mail=gettext_lazy("Another site has revoked a site that takes part here"),
    sentence=gettext_lazy("The site {thing} was revoked elsewhere: follow, or keep it"),
)
KEY_CHANGED_LINE: Final = _line(
    "site.key_changed",
    title="A site has a new key",
    icon="key-round",
    mail=gettext_lazy("A site of a project of yours has a new key"),
    sentence=gettext_lazy("The site {thing} has a new key, which its old one endorsed"),
)

_of_a_site = partial(EventType, words=_site, icon="waypoints", kind=KIND, link=_link)

EVENTS: Final = (
    _of_a_site(
        INVITED, live=("rights", "copies"), words=_invited, sentence=gettext_lazy("{name} invited a site: it {thing}")
    ),
    _of_a_site(WITHDRAWN, words=_invited, sentence=gettext_lazy("{name} withdrew the invitation of a site")),
    _of_a_site(
        ADMITTED,
        live=("site", "name", "rights"),
        words=_with_rights,
        thing=_site,
        sentence=_admitted_sentence,
        inbox=(ADMITTED_LINE,),
    ),
    _of_a_site(
        INTRODUCED,
        live=("site", "name"),
        sentence=gettext_lazy("The site {thing} was introduced by another one"),
        inbox=(INTRODUCED_LINE,),
    ),
    _of_a_site(
        RIGHTS_CHANGED,
        live=("site", "rights"),
        words=_with_rights,
        sentence=gettext_lazy("{name} changed what a site may do: {thing}"),
    ),
    _of_a_site(
        REVOKED,
        live=("site", "name"),
        icon="shield-alert",
        sentence=gettext_lazy("{name} revoked the site {thing}"),
        inbox=(REVOKED_LINE,),
    ),
    _of_a_site(
        REVOCATION_REPORTED,
        live=("site", "name"),
        words=_reported,
        thing=_site,
        icon="shield-alert",
        sentence=gettext_lazy("The site {thing} was revoked at another one"),
        inbox=(REVOCATION_REPORTED_LINE,),
    ),
    _of_a_site(
        CUT_MOVED,
        live=("site", "name"),
        words=_cut,
        icon="shield-alert",
        sentence=gettext_lazy("Other sites had accepted more of a site that was revoked: {thing} is its last one"),
    ),
    _of_a_site(
        KEY_CHANGED,
        live=("site", "name"),
        icon="key-round",
        sentence=gettext_lazy("The site {thing} has a new key"),
        inbox=(KEY_CHANGED_LINE,),
    ),
    _of_a_site(JOINED, words=_home, sentence=gettext_lazy("{name} joined the project, which is at home at {thing}")),
)


def register() -> None:
    """Register all of them."""
    EVENT_KINDS.register(KIND, EventKind(gettext_lazy("Sites"), position=55))
    MAIL_TOPICS.register(
        "site", MailTopic(gettext_lazy("Sites are admitted, introduced or revoked in your projects"), position=55)
    )
    register_events(*EVENTS)
