"""The tabs of the side panel of a project's workspace. Apps register theirs.

    PANELS.register("runs", Panel(label=_("Runs"), position=50, template="runs/panel.html", content=runs_panel))

The template renders the whole page of the panel, beginning with
`<div {% panel_attributes view %}>`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.functional import Promise

from accounts.models import User
from kernel.registry import Registry
from projects.access import Access
from projects.models import Member, Project
from projects.permissions import may
from proposals.models import Proposal


@dataclass(frozen=True)
class PanelContext:
    """The context of a panel: the project as its reader sees it, and the open field."""

    access: Access
    user: User
    field: str
    # The reader's own proposal that the workspace is over.
    proposal: Proposal | None = None

    @functools.cached_property
    def members(self) -> list[User]:
        """The active members of the project by display name, read once for all panels."""
        return active_members(self.access.project)


@dataclass(frozen=True, slots=True)
class PanelContent:
    """What the template of a panel needs, and the number on its tab (none for 0)."""

    values: Mapping[str, Any] = field(default_factory=dict)
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One tab of the side panel, for those who have a permission in the project.

    `content` takes a fixed number of queries, whatever the project holds. On phones a panel that is `in_foot` has a
    button at the foot of the workspace; on wider windows the others have their `icon` on their tab until they are
    chosen. The palette opens it under its `palette_label`, if it has one. `script` is a file under `static/` that its
    template needs. `is_shown` asks for no query.
    """

    label: Promise
    position: float
    template: str
    content: Callable[[PanelContext], PanelContent] = lambda _context: PanelContent()
    permission: str = "project.read"
    has_count: bool = False
    icon: str = "panel-right"
    in_foot: bool = False
    palette_label: Promise | None = None
    palette_words: Promise | str = ""
    script: str = ""
    is_shown: Callable[[PanelContext], bool] = lambda _context: True


PANELS: Final = Registry[Panel]("panel of the workspace")


@dataclass(frozen=True, slots=True)
class PanelView:
    """One panel as the page shows it; `is_chosen`: the one that is open."""

    name: str
    panel: Panel
    content: PanelContent
    is_chosen: bool


def active_members(project: Project) -> list[User]:
    """The active members of a project, by display name."""
    members = Member.objects.filter(project=project, user__is_active=True).select_related("user")
    return sorted((member.user for member in members), key=lambda user: user.display_name)


def panels_for(access: Access) -> dict[str, Panel]:
    """The panels that the reader may see, by name."""
    return {name: panel for name, panel in PANELS.items() if may(panel.permission, role=access.role)}


def shown_panels(context: PanelContext, *, chosen: str) -> list[PanelView]:
    """The panels of a reader: the one named `chosen` is open, or else the first."""
    panels = {name: panel for name, panel in panels_for(context.access).items() if panel.is_shown(context)}
    open_one = chosen if chosen in panels else next(iter(panels), "")
    return [PanelView(name, panel, panel.content(context), name == open_one) for name, panel in panels.items()]
