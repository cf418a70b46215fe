"""Pages of texts, versions and releases in a project that is at home at another site: it has none of its own."""

from __future__ import annotations

from accounts.models import User
from projects.access import Access
from projects.models import Status
from workspace.tabs import TABS


def page_instead(access: Access, user: User) -> str | None:
    """Where a reader goes instead of a page that a replica does not have; None where the project has it.

    It is the first page of the project that they may open: the stage that makes replicas puts its own there.
    """
    if access.project.status != Status.REPLICA:
        return None
    return next(tab.url(access.project.id) for tab in TABS.values() if tab.may_open(access, user))
