"""What the trunk shows around its pages: the tabs of a project, the panels of its workspace, settings, main menu."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from projects.permissions import AT_HOME
from publishing.proposal_policy import proposal_policy_of
from workspace.account.views import factors_values, mails_values, sessions_values, tokens_values
from workspace.accounts import parts as person_parts
from workspace.editor import comment_views, task_views
from workspace.history.views import panel_values as history_values
from workspace.menu import MENU, MenuEntry
from workspace.panels import PANELS, Panel, PanelContent, PanelContext
from workspace.person_facts import CLOSING_NOTES, PERSON_SUMMARIES
from workspace.proposals.policy_views import policy_values
from workspace.proposals.rows import open_proposals
from workspace.sections import ACCOUNT_SECTIONS, PERSON_SECTIONS, PROJECT_SECTIONS, Section
from workspace.settings.views import state_values
from workspace.tabs import TABS, ProjectTab


def register() -> None:
    """Add everything here to its registry."""
    for name, tab in _TABS.items():
        TABS.register(name, tab)
    for name, panel in _PANELS.items():
        PANELS.register(name, panel)
    for name, section in _PROJECT_SECTIONS.items():
        PROJECT_SECTIONS.register(name, section)
    for name, section in _ACCOUNT_SECTIONS.items():
        ACCOUNT_SECTIONS.register(name, section)
    for name, section in _PERSON_SECTIONS.items():
        PERSON_SECTIONS.register(name, section)
    PERSON_SUMMARIES.register("projects", person_parts.project_counts)
    CLOSING_NOTES.register("access", person_parts.ended_sign_ins)
    CLOSING_NOTES.register("projects", person_parts.ended_work)
    for name, entry in _MENU.items():
        MENU.register(name, entry)


_TABS: Final = {
    "workspace": ProjectTab(label=_("Workspace"), url_name="workspace:workspace", position=10, statuses=AT_HOME),
    "proposals": ProjectTab(
        label=_("Proposals"),
        url_name="workspace:proposals",
        position=15,
        count=open_proposals,
        icon="git-pull-request-arrow",
        palette_words=_("changes review approve accept vote"),
    ),
    "history": ProjectTab(label=_("History"), url_name="workspace:history", position=20, statuses=AT_HOME),
    "releases": ProjectTab(
        label=_("Releases"),
        url_name="workspace:releases",
        position=30,
        statuses=AT_HOME,
        count=lambda context: context.releases.in_review,
    ),
    "members": ProjectTab(
        label=_("Members"),
        url_name="workspace:members",
        position=40,
        palette_words=_("people roles access invite add remove"),
    ),
    "activity": ProjectTab(label=_("Activity"), url_name="workspace:activity", position=50),
    "audit": ProjectTab(
        label=_("Audit"),
        url_name="workspace:audit",
        position=55,
        site_permission="audit.read",
        palette_words=_("audit trail events chain verify export"),
        icon="shield-check",
    ),
    "settings": ProjectTab(
        label=_("Settings"),
        url_name="workspace:settings",
        position=60,
        # Everybody may read them; a tab is for who can change something there.
        bar_permission="project.update",
        palette_label=_("Settings of this project"),
        palette_words=_("rename describe private internal archive"),
        icon="cog",
    ),
}


def _comments(context: PanelContext) -> PanelContent:
    values = comment_views.panel_of(context.access, context.user, context.field)
    values |= {"chosen_field": context.field}
    if values["discussion"].may_write:
        # Whom a comment can mention.
        values["assignees"] = context.members
    return PanelContent(values, count=values["discussion"].open)


def _proposal(context: PanelContext) -> PanelContent:
    policy = proposal_policy_of(context.access.project.id)
    return PanelContent({"proposal": context.proposal, "approvals": policy.approvals})


def _tasks(context: PanelContext) -> PanelContent:
    members = context.members if task_views.may_change(context.access) else []
    values = task_views.panel_of(context.access, members)
    return PanelContent(values, count=values["tasks_open"])


_PANELS: Final = {
    "proposal": Panel(
        label=_("Proposal"),
        position=5,
        template="workspace/parts/proposal/panel.html",
        content=_proposal,
        icon="git-pull-request-draft",
        in_foot=True,
        is_shown=lambda context: context.proposal is not None,
    ),
    "comments": Panel(
        label=_("Comments"),
        position=10,
        template="workspace/parts/panels/comments.html",
        content=_comments,
        has_count=True,
        icon="message-square",
        in_foot=True,
        palette_label=_("Show comments"),
    ),
    "history": Panel(
        label=_("History"),
        position=20,
        template="workspace/parts/panels/history.html",
        content=lambda context: PanelContent(history_values(context.access)),
        icon="history",
        in_foot=True,
    ),
    "tasks": Panel(
        label=_("Tasks"),
        position=30,
        template="workspace/parts/panels/tasks.html",
        content=_tasks,
        has_count=True,
        icon="list-checks",
        in_foot=True,
        palette_label=_("Show tasks"),
        palette_words=_("checklist"),
    ),
    # Its page, and that of the activity, ask for their rows when they are opened.
    "attachments": Panel(
        label=_("Attachments"),
        position=35,
        template="workspace/parts/panels/attachments.html",
        icon="paperclip",
        palette_label=_("Show attachments"),
        palette_words=_("files beside the record upload attach"),
    ),
    "activity": Panel(
        label=_("Activity"), position=40, template="workspace/parts/panels/activity.html", icon="activity"
    ),
}

_PROJECT_SECTIONS: Final = {
    "about": Section(position=10, template="workspace/parts/sections/about.html", is_live=True),
    "proposals": Section(position=15, template="workspace/parts/proposals/policy.html", values=policy_values),
    "state": Section(position=20, template="workspace/parts/sections/state.html", values=state_values, is_live=True),
}

_ACCOUNT_SECTIONS: Final = {
    "factors": Section(position=10, template="workspace/parts/sections/factors.html", values=factors_values),
    "sessions": Section(position=20, template="workspace/parts/sections/sessions.html", values=sessions_values),
    "mails": Section(position=30, template="workspace/parts/sections/mails.html", values=mails_values),
    "tokens": Section(position=40, template="workspace/parts/sections/tokens.html", values=tokens_values),
}

_PERSON_SECTIONS: Final = {
    "projects": Section(position=10, template="workspace/people/projects.html", values=person_parts.projects_values),
    "sign-in": Section(position=90, template="workspace/people/sign_in.html", values=person_parts.sign_in_values),
}

_MENU: Final = {
    "account": MenuEntry(
        label=_("Account and tokens"),
        icon="key-round",
        url_name="workspace:account",
        position=10,
        palette_words=_("settings"),
    ),
    "people": MenuEntry(
        label=_("People"),
        icon="users",
        url_name="workspace:accounts",
        position=20,
        permission="manage_users",
        palette_words=_("accounts users roles close invite administrators auditors"),
    ),
    "guide": MenuEntry(
        label=_("User guide"),
        icon="life-buoy",
        url_name="workspace:guide",
        position=80,
        palette_words=_("help manual documentation how to"),
    ),
    "api": MenuEntry(
        label=_("API for programs"),
        icon="braces",
        url_name="api_docs",
        position=85,
        palette_words=_("help rest openapi documentation developer"),
    ),
    "administration": MenuEntry(
        label=_("Administration"),
        icon="shield-check",
        url_name="admin:index",
        position=90,
        permission="administration.enter",
        palette_words=_("audit"),
    ),
}
