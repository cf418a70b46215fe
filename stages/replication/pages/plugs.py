"""What other sites add to the pages: the tab Sites, the mark in the header, Join a project, words of the script."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.addresses import PAGE_URLS, UrlModule
from kernel.late import Late
from stages.registers.site_names import SITE_NAMES
from stages.replication.permissions import JOIN, READ
from workspace.installation import INSTALLATION_NAMES
from workspace.marks import MARKS
from workspace.menu import MENU, MenuEntry
from workspace.script_texts import SCRIPT_TEXTS
from workspace.starts import STARTS, Start
from workspace.tabs import TABS, ProjectTab


def register() -> None:
    """Add everything here to its registry."""
    TABS.register(
        "sites",
        ProjectTab(
            label=gettext_lazy("Sites"),
            url_name="replication:sites",
            position=34,
            permission=READ,
            icon="waypoints",
            palette_words=gettext_lazy("replication peers links held bundles invite sync"),
        ),
    )
    MARKS.register("sites", Late("stages.replication.pages.marking:mark_of"))
    INSTALLATION_NAMES.register("sites", Late("stages.replication.pages.marking:name_of_site"))
    join = gettext_lazy("Join a project…")
    STARTS.register(
        "join",
        Start(label=join, icon="waypoints", url_name="replication:join", position=50, permission=JOIN),
    )
    MENU.register(
        "join",
        MenuEntry(
            label=join,
            icon="waypoints",
            url_name="replication:join",
            position=64,
            permission=JOIN,
            palette_words=gettext_lazy("invitation replica site paste"),
        ),
    )
    SITE_NAMES.register("replication", Late("stages.replication.reading.sites:names_of_sites"))
    SCRIPT_TEXTS.register("replication", site_texts)
    PAGE_URLS.register("replication-pages", UrlModule("stages.replication.pages.urls"))


def site_texts() -> dict[str, str]:
    """The words of the script of the page Sites."""
    return {
        "replication.connected": _("{site} is linked."),
        "replication.disconnected": _("{site} is away."),
        "replication.remaining.one": _("{n} bundle to go"),
        "replication.remaining.other": _("{n} bundles to go"),
        "replication.arriving": _("Changes from {site} arrive."),
        "replication.complete": _("All changes from {site} are here."),
    }
