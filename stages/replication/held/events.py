"""The events of held bundles: what an owner decided about one."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.event_types import EventContext, EventType, register_event_groups, register_events

RELEASED: Final = "held.released"
DISCARDED: Final = "held.discarded"
RE_ENTERED: Final = "held.re_entered"


def _bundle(context: EventContext) -> str:
    """A bundle by its number in the chain of its site, and the first digits of that site's key."""
    site, number = str(context.data["site"])[:8], context.data["number"]
    if number is None:
        return gettext("a bundle of the site {site}").format(site=site)
    return gettext("bundle {number} of the site {site}").format(number=number, site=site)


_LIVE: Final = ("held_id", "site", "number")
EVENTS: Final = (
    EventType(
        RELEASED,
        live=_LIVE,
        words=_bundle,
        sentence=_("{name} let {thing} in, which was held"),
        icon="inbox",
        kind="registers",
    ),
    EventType(
        DISCARDED,
        live=_LIVE,
        words=_bundle,
        sentence=_("{name} discarded {thing}, which was held"),
        icon="archive-x",
        kind="registers",
    ),
    EventType(
        RE_ENTERED,
        live=_LIVE,
        words=_bundle,
        sentence=_("{name} entered again what was in {thing}"),
        icon="redo-2",
        kind="registers",
    ),
)


def register() -> None:
    register_event_groups(held=_("Held bundles"))
    register_events(*EVENTS)
