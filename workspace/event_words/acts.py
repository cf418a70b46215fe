"""What somebody did, as a sentence for the people of a project: `{name} saved {thing}`.

Says less than the audit trail: no token, no reason, no address.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from audit.models import Event
from projects import field_names
from workspace.event_words.of_projects import PROJECT_WORDS, Data, lease_end_words

_SAVES: Final = {
    "save": gettext_noop("{name} saved {thing}"),
    "revert": gettext_noop("{name} went back: {thing}"),
    "undo": gettext_noop("{name} undid a save: {thing}"),
    "redo": gettext_noop("{name} did a save again: {thing}"),
    "import": gettext_noop("{name} imported {thing}"),
}
ACTS: Final[Mapping[str, str]] = {
    "draft.saved": _SAVES["save"],
    "lock.acquired": gettext_noop("{name} took {thing}"),
    "lock.released": gettext_noop("{name} let go of {thing}"),
    "lock.handed_over": gettext_noop("{name} handed over {thing}"),
    "lock.taken_over": gettext_noop("{name} took over {thing}"),
    "comment.created": gettext_noop("{name} commented on {thing}"),
    "comment.answered": gettext_noop("{name} answered on {thing}"),
    "comment.resolved": gettext_noop("{name} resolved a comment on {thing}"),
    "comment.reopened": gettext_noop("{name} reopened a comment on {thing}"),
    "comment.withdrawn": gettext_noop("{name} withdrew a comment on {thing}"),
    "task.created": gettext_noop("{name} added the task {thing}"),
    "task.changed": gettext_noop("{name} changed a task: {thing}"),
    "member.added": gettext_noop("{name} added {thing}"),
    "member.role_changed": gettext_noop("{name} changed a role: {thing}"),
    "member.removed": gettext_noop("{name} removed {thing}"),
    "project.updated": gettext_noop("{name} changed the project: {thing}"),
    "project.archived": gettext_noop("{name} archived the project"),
    "project.frozen": gettext_noop("{name} froze the project"),
    "project.reopened": gettext_noop("{name} reopened the project"),
    "project.imported": gettext_noop("{name} imported the project: {thing}"),
    "policy.updated": gettext_noop("{name} changed the policy: {thing}"),
    "release.submitted": gettext_noop("{name} submitted release {thing}"),
    "release.signed": gettext_noop("{name} signed release {thing}"),
    "release.rejected": gettext_noop("{name} sent back release {thing}"),
    "release.withdrawn": gettext_noop("{name} withdrew release {thing}"),
    "release.released": gettext_noop("{name} completed release {thing}"),
    # What auditors found is theirs.
    "audit.reviewed": gettext_noop("{name} reviewed the audit trail"),
}


def act_words(event: Event) -> tuple[str, str]:
    """The sentence of an event of a project, with `{name}` and `{thing}` in it, and the thing."""
    words = ACTS.get(event.action, gettext_noop("{name}: {thing}"))
    try:
        if event.action == "draft.saved":
            words = _SAVES[event.data["kind"]]
        elif _ends_anothers(event):
            words = gettext_noop("{name} ended the lock on {thing}")
        thing = _thing(event) if "{thing}" in words else ""
    except (KeyError, TypeError, AttributeError, ValueError):
        thing = event.action
    return _(words), thing


def _thing(event: Event) -> str:
    data = event.data
    if event.action.startswith("lock."):
        return _field(event, data)
    return PROJECT_WORDS[event.action](event, data)


def _field(event: Event, data: Data) -> str:
    field, holder = field_names.label(data["field"]), data["holder"]
    if event.action == "lock.handed_over":
        return _("{field}, to {name}").format(field=field, name=holder["display_name"])
    if event.action == "lock.taken_over":
        return _("{field}, from {name}").format(field=field, name=data["ended"]["holder"]["display_name"])
    if not _ends_anothers(event):
        return field
    return _("{field}, held by {name}: {why}").format(
        field=field, name=holder["display_name"], why=lease_end_words(data["why"])
    )


def _ends_anothers(event: Event) -> bool:
    """Whether a lock ended by somebody else than who held it: it ran out, or its holder lost their access."""
    return event.action == "lock.released" and bool(event.data["holder"]["id"] != str(event.actor_id))
