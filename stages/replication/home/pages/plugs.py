"""What the record of home adds to the pages of the trunk: the tab of replicas."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from projects.models import Status
from workspace.tabs import TABS, ProjectTab


def register() -> None:
    """Add everything here to its registry."""
    TABS.register(
        "home",
        ProjectTab(
            label=_("At home"),
            url_name="replication_home:overview",
            position=5,
            statuses=frozenset({Status.REPLICA}),
            icon="layers",
            palette_words=_("copy record versions releases signatures locks home"),
        ),
    )
