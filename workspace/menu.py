"""The entries of the main menu that lead to pages of the whole site. Apps register theirs.

MENU.register("fleet", MenuEntry(label=_("Workstations"), icon="monitor", url_name="fleet:list", position=30))
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils.functional import Promise

from kernel.registry import Registry
from kernel.site_permissions import may_on_site


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuEntry:
    """One entry, for those who have a site permission (everybody who is signed in, unless given).

    The palette offers it under the same label, and finds it by `palette_words` too.
    """

    label: Promise
    icon: str
    url_name: str
    position: float
    permission: str = ""
    palette_words: Promise | str = ""

    @property
    def url(self) -> str:
        """The address of its page."""
        return reverse(self.url_name)


MENU: Final = Registry[MenuEntry]("menu entry")


def menu_of(user: object) -> Iterator[MenuEntry]:
    """The entries that somebody who is signed in may follow."""
    for entry in MENU.values():
        if not entry.permission or may_on_site(entry.permission, user):
            yield entry
