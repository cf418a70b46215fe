"""The events of projects and their members."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.event_types import (
    EVENT_KINDS,
    EventContext,
    EventKind,
    EventType,
    Facts,
    InboxLine,
    Revocation,
    Summary,
    Text,
    register_event_groups,
    register_events,
)
from audit.models import Event
from notifications.topics import MAIL_TOPICS, MailTopic
from projects.roles import role_label


def register() -> None:
    """Register all of them."""
    EVENT_KINDS.register("members", EventKind(gettext_lazy("Members"), position=50))
    EVENT_KINDS.register("project", EventKind(gettext_lazy("Project"), position=60))
    MAIL_TOPICS.register(
        "member", MailTopic(gettext_lazy("You are added to a project, or your role changes"), position=50)
    )
    register_events(*EVENTS)
    register_event_groups(member=gettext_lazy("Members"), project=gettext_lazy("Projects"))


def _created(context: EventContext) -> str:
    return str(context.data["name"])


def _member_added(context: EventContext) -> str:
    return f"{context.data['user']['display_name']}, {role_label(context.data['role'])}"


def _added_sentence(context: EventContext) -> Text:
    """Who becomes a member by their own act has made the project, and is its first owner."""
    if context.data["user"]["id"] == str(context.event.actor_id):
        return gettext_lazy("{name} created the project")
    return gettext_lazy("{name} added {thing}")


def _role_changed(context: EventContext) -> str:
    data = context.data
    before, after = role_label(data["before"]), role_label(data["role"])
    words = _("{name}, {before} to {after}")
    return words.format(name=data["user"]["display_name"], before=before, after=after)


def _members_summary(events: Sequence[Event]) -> str:
    """What was done to the members: `29 added, 2 roles changed`."""
    counts = Counter(event.action for event in events)
    parts = [str(words).format(n=counts[action]) for action, words in _MEMBER_ACTS.items() if counts[action]]
    return ", ".join(parts)


def _member_removed(context: EventContext) -> str:
    words = _("{name}, was {role}")
    return words.format(name=context.data["user"]["display_name"], role=role_label(context.data["before"]))


def _updated(context: EventContext) -> str:
    data = context.data
    parts = []
    if "name" in data["before"]:
        parts.append(_("Name: {name}").format(name=data["name"]))
    if "description" in data["before"]:
        parts.append(_("Description"))
    if "is_private" in data["before"]:
        parts.append(_("Private") if data["is_private"] else _("Internal"))
    return ", ".join(parts)


_MEMBER_ACTS: Final = {
    "member.added": gettext_lazy("{n} added"),
    "member.role_changed": gettext_lazy("{n} roles changed"),
    "member.removed": gettext_lazy("{n} removed"),
}

_WAS: Final = {
    "open": gettext_lazy("Was a draft"),
    "in_review": gettext_lazy("Was in review"),
    "frozen": gettext_lazy("Was frozen"),
    "archived": gettext_lazy("Was archived"),
}


def _status_changed(context: EventContext) -> str:
    return str(_WAS[context.data["before"]])


def _role(facts: Facts) -> str:
    return role_label(facts["role"])


def _former_project(facts: Facts) -> str:
    return str(facts["project"])


def _workspace(project_id: UUID | None, facts: Facts) -> str:
    return reverse("workspace:workspace", args=[project_id])


def _members(project_id: UUID | None, facts: Facts) -> str:
    return reverse("workspace:members", args=[project_id])


MEMBER_ADDED: Final = InboxLine(
    "member.added",
    title="You are in a project",
    icon="user-plus",
    mail=gettext_lazy("{name} added you to a project"),
    sentence=gettext_lazy("{name} added you as {thing}"),
    thing=_role,
    link=_workspace,
)
MEMBER_REMOVED: Final = InboxLine(
    "member.removed",
    title="You were removed from a project",
    icon="user-minus",
    mail=gettext_lazy("{name} removed you from a project"),
    sentence=gettext_lazy("{name} removed you from {thing}"),
    thing=_former_project,
)
ROLE_CHANGED: Final = InboxLine(
    "member.role_changed",
    title="Your role has changed",
    icon="user",
    mail=gettext_lazy("{name} changed your role"),
    sentence=gettext_lazy("{name} made you {thing}"),
    thing=_role,
    link=_members,
)

_MEMBERS: Final = Summary(
    gettext_lazy("{name} changed the members: {thing}"),
    _members_summary,
    includes=lambda event: event.data["user"]["id"] != str(event.actor_id),
)
_of_a_member = partial(EventType, summary=_MEMBERS, icon="users", kind="members", link=_members)
_of_the_project = partial(EventType, icon="layers", kind="project")
_of_its_status = partial(_of_the_project, live=("status",), words=_status_changed)
# Who loses a role, or the whole project, is the target.
_TAKES_FROM_A_MEMBER: Final = Revocation(user=lambda event: event.target_id)
# Outsiders, who read the project while it was internal.
_TAKES_FROM_EVERYBODY: Final = Revocation(user=lambda event: None)

EVENTS: Final = (
    EventType(
        "project.created",
        chain="site",
        words=_created,
        sentence=gettext_lazy("{name} created the project {thing}"),
    ),
    _of_the_project(
        "project.updated",
        live=("name", "description", "is_private"),
        words=_updated,
        sentence=gettext_lazy("{name} changed the project: {thing}"),
        revokes=_TAKES_FROM_EVERYBODY,
    ),
    _of_its_status("project.archived", sentence=gettext_lazy("{name} archived the project")),
    _of_its_status("project.frozen", sentence=gettext_lazy("{name} froze the project")),
    _of_its_status("project.reopened", sentence=gettext_lazy("{name} reopened the project")),
    _of_a_member(
        "member.added",
        live=("user", "role"),
        words=_member_added,
        sentence=_added_sentence,
        inbox=(MEMBER_ADDED,),
    ),
    _of_a_member(
        "member.role_changed",
        live=("user", "role"),
        words=_role_changed,
        sentence=gettext_lazy("{name} changed a role: {thing}"),
        inbox=(ROLE_CHANGED,),
        revokes=_TAKES_FROM_A_MEMBER,
    ),
    _of_a_member(
        "member.removed",
        live=("user",),
        words=_member_removed,
        sentence=gettext_lazy("{name} removed {thing}"),
        inbox=(MEMBER_REMOVED,),
        revokes=_TAKES_FROM_A_MEMBER,
    ),
)
