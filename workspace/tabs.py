"""The tabs of a project: each leads to one of its pages. Apps register theirs.

TABS.register("runs", ProjectTab(_("Runs"), "runs:list", position=35, permission="run.read"))
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise

from accounts.models import User
from kernel.registry import Registry
from kernel.site_permissions import may_on_site
from projects.access import Access
from projects.models import Status
from projects.permissions import ALWAYS, may
from workspace.release_summary import ReleaseSummary


@dataclass(frozen=True, slots=True)
class TabContext:
    """What a tab's number may depend on: the project as its reader sees it, and what its releases say of it."""

    access: Access
    user: User
    releases: ReleaseSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectTab:
    """One tab. `url_name` is an address that takes the project's id.

    Who has `permission` may open the page; the bar shows it to those who have `bar_permission` (the same, unless
    given), and to who is there. With `site_permission` it is only for accounts that have that as well. It is offered
    for projects of these `statuses`. `count` is the number beside the label, none for 0; one query at most, whatever
    the project holds. The palette offers "Go to {label}", or `palette_label`, and finds that by `palette_words` too.
    """

    label: Promise
    url_name: str
    position: float
    permission: str = "project.read"
    bar_permission: str = ""
    site_permission: str = ""
    statuses: frozenset[Status] = ALWAYS
    count: Callable[[TabContext], int] | None = None
    palette_label: Promise | None = None
    palette_words: Promise | str = ""
    icon: str = "arrow-right"

    def url(self, project_id: UUID) -> str:
        """The address of its page."""
        return reverse(self.url_name, args=[project_id])

    def may_open(self, access: Access, user: object) -> bool:
        """Whether its page is for this reader."""
        is_for_account = not self.site_permission or may_on_site(self.site_permission, user)
        is_for_status = access.project.status in self.statuses
        return is_for_account and is_for_status and may(self.permission, role=access.role)


TABS: Final = Registry[ProjectTab]("project tab")


@dataclass(frozen=True, slots=True)
class TabView:
    """One tab as the bar shows it."""

    label: str
    url: str
    is_current: bool
    count: int = 0


def shown_tabs(context: TabContext, *, current: str) -> Iterator[TabView]:
    """The tabs of the bar, for a reader who is at the page `current`."""
    access = context.access
    for name, tab in TABS.items():
        is_offered = tab.may_open(access, context.user) and may(tab.bar_permission or tab.permission, role=access.role)
        if name == current or is_offered:
            count = tab.count(context) if tab.count else 0
            yield TabView(str(tab.label), tab.url(access.project.id), name == current, count)
