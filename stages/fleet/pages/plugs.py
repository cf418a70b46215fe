"""What the fleet adds to the pages of the trunk: addresses, an entry of the main menu, palette, socket, people."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gateway.registry import SOCKET_ADDRESSES
from gateway.streams import TOPIC_TYPES
from kernel.addresses import PAGE_URLS, UrlModule
from realtime.frames import register_notifications
from stages.fleet.following import changes, socket
from stages.fleet.pages import palette, people
from workspace.menu import MENU, MenuEntry
from workspace.palette.registry import GROUPS, SOURCES, PaletteGroup, PaletteSource
from workspace.person_facts import CLOSING_NOTES, PERSON_SUMMARIES
from workspace.sections import PERSON_SECTIONS, Section


def register() -> None:
    """Add everything here to its registry."""
    MENU.register(
        "fleet",
        MenuEntry(
            label=_("Fleet"),
            icon="monitor",
            url_name="fleet:overview",
            position=15,
            palette_words=_("workstations stations directives teams agents machines"),
        ),
    )
    GROUPS.register("fleet", PaletteGroup(label=_("Fleet"), position=36, limit=6))
    SOURCES.register("fleet_by_name", PaletteSource("fleet", palette.by_name, position=10))
    SOURCES.register("fleet_actions", PaletteSource("actions", palette.actions, position=70))
    PAGE_URLS.register("fleet", UrlModule("stages.fleet.pages.urls"))
    PERSON_SECTIONS.register(
        "fleet", Section(position=50, template="fleet/parts/person_teams.html", values=people.values)
    )
    PERSON_SUMMARIES.register("fleet", people.summaries)
    CLOSING_NOTES.register("fleet", people.closing_notes)
    _register_following()


def _register_following() -> None:
    SOCKET_ADDRESSES.register("fleet", socket.SOCKET)
    TOPIC_TYPES.register(changes.TOPIC, socket.TOPIC_TYPE)
    register_notifications(changes.NOTIFICATIONS)
