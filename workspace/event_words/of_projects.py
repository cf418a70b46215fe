"""What the facts of a project say, action by action."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from audit.models import Event
from projects import field_names
from projects.roles import role_label

MOST_FIELDS: Final = 4

Data = dict[str, Any]
Words = Callable[[Event, Data], str]


def _draft_saved(event: Event, data: Data) -> str:
    told = {
        "save": gettext_noop("v{version}: {fields}"),
        "revert": gettext_noop("v{version}, as v{source} again: {fields}"),
        "undo": gettext_noop("v{version}, v{source} taken back: {fields}"),
        "redo": gettext_noop("v{version}, v{source} done again: {fields}"),
        "import": gettext_noop("v{version}, imported: {fields}"),
    }
    fields = [field_names.label(name) for name in data["changed_fields"]]
    shown = ", ".join(fields[:MOST_FIELDS])
    if len(fields) > MOST_FIELDS:
        more = len(fields) - MOST_FIELDS
        shown = ngettext("{shown} and {n} more", "{shown} and {n} more", more).format(shown=shown, n=more)
    return _(told[data["kind"]]).format(version=data["version"], source=data["source_version"], fields=shown)


def _lock_opened(event: Event, data: Data) -> str:
    return _("{field}, token {token}").format(field=_field(data), token=event.seq)


def _lock_handed_over(event: Event, data: Data) -> str:
    words = _("{field}, to {name}, token {token}")
    return words.format(field=_field(data), name=data["holder"]["display_name"], token=event.seq)


def _lock_taken_over(event: Event, data: Data) -> str:
    words = _("{field}, from {name}, token {token}")
    return words.format(field=_field(data), name=data["ended"]["holder"]["display_name"], token=event.seq)


_WHY: Final = {
    "saved": gettext_noop("saved"),
    "cancelled": gettext_noop("given back"),
    "disconnected": gettext_noop("disconnected"),
    "expired": gettext_noop("lease ran out"),
    "handed_over": gettext_noop("handed over"),
    "taken_over": gettext_noop("taken over"),
    "revoked": gettext_noop("access lost"),
    "frozen": gettext_noop("project closed"),
}


def lease_end_words(why: str) -> str:
    """Why a lease ended, in words."""
    return _(_WHY[why]) if why in _WHY else why


def _lock_released(event: Event, data: Data) -> str:
    return f"{_field(data)}, {lease_end_words(data['why'])}"


def _comment(event: Event, data: Data) -> str:
    field = field_names.label(data["target_field"])
    first, last = data.get("from_line"), data.get("to_line")
    if not first:
        return field
    if first == last:
        return _("{field}, line {line}").format(field=field, line=first)
    return _("{field}, lines {first} to {last}").format(field=field, first=first, last=last)


def _task_created(event: Event, data: Data) -> str:
    return str(data["text"])


def _task_changed(event: Event, data: Data) -> str:
    before = data["before"]
    parts = []
    if "done" in before:
        parts.append(_("done") if data["done"] else _("not done"))
    if "assignee" in before:
        assignee = data["assignee"]
        parts.append(_("for {name}").format(name=assignee["display_name"]) if assignee else _("for nobody"))
    if "text" in before:
        parts.append(_("was “{text}”").format(text=before["text"]))
    return f"{data.get('text') or _('Task')}: {', '.join(parts)}"


def _member_added(event: Event, data: Data) -> str:
    return f"{data['user']['display_name']}, {role_label(data['role'])}"


def _member_role_changed(event: Event, data: Data) -> str:
    words = _("{name}, {before} to {after}")
    before, after = role_label(data["before"]), role_label(data["role"])
    return words.format(name=data["user"]["display_name"], before=before, after=after)


def _member_removed(event: Event, data: Data) -> str:
    words = _("{name}, was {role}")
    return words.format(name=data["user"]["display_name"], role=role_label(data["before"]))


def _project_updated(event: Event, data: Data) -> str:
    parts = []
    if "name" in data["before"]:
        parts.append(_("Name: {name}").format(name=data["name"]))
    if "description" in data["before"]:
        parts.append(_("Description"))
    if "is_private" in data["before"]:
        parts.append(_("Private") if data["is_private"] else _("Internal"))
    return ", ".join(parts)


_WAS: Final = {
    "open": gettext_noop("Was open"),
    "in_review": gettext_noop("Was in review"),
    "frozen": gettext_noop("Was frozen"),
    "archived": gettext_noop("Was archived"),
}


def _project_moved(event: Event, data: Data) -> str:
    return _(_WAS[data["before"]])


def _project_imported(event: Event, data: Data) -> str:
    count = data["versions"]
    return ngettext("{name}, {n} version", "{name}, {n} versions", count).format(name=data["name"], n=count)


def _release(event: Event, data: Data) -> str:
    return f"{data['name']}, v{data['version']}"


_MEANINGS: Final = {
    "authored": gettext_noop("authored"),
    "reviewed": gettext_noop("reviewed"),
    "approved": gettext_noop("approved"),
}


def _release_signed(event: Event, data: Data) -> str:
    return f"{_release(event, data)}, {_(_MEANINGS[data['meaning']])}"


_RULES: Final = {
    "signatures": gettext_noop("signatures"),
    "distinct_people": gettext_noop("how many people"),
    "author_may_approve": gettext_noop("authors who approve"),
    "open_comments": gettext_noop("open comments"),
    "open_tasks": gettext_noop("open tasks"),
}


def _policy_updated(event: Event, data: Data) -> str:
    rules, before = data["rules"], data["before"]
    changed = [name for name in rules if rules[name] != before.get(name)]
    return ", ".join(_(_RULES[name]) if name in _RULES else name for name in changed).capitalize()


def _audit_reviewed(event: Event, data: Data) -> str:
    words = (
        _("Events {first} to {last}, with findings") if data["findings"] else _("Events {first} to {last}, no findings")
    )
    return words.format(first=data["from_seq"], last=data["to_seq"])


def _field(data: Mapping[str, Any]) -> str:
    return field_names.label(data["field"])


PROJECT_WORDS: Final[Mapping[str, Words]] = {
    "draft.saved": _draft_saved,
    "lock.acquired": _lock_opened,
    "lock.released": _lock_released,
    "lock.handed_over": _lock_handed_over,
    "lock.taken_over": _lock_taken_over,
    "comment.created": _comment,
    "comment.answered": _comment,
    "comment.resolved": _comment,
    "comment.reopened": _comment,
    "comment.withdrawn": _comment,
    "task.created": _task_created,
    "task.changed": _task_changed,
    "member.added": _member_added,
    "member.role_changed": _member_role_changed,
    "member.removed": _member_removed,
    "project.updated": _project_updated,
    "project.archived": _project_moved,
    "project.frozen": _project_moved,
    "project.reopened": _project_moved,
    "project.imported": _project_imported,
    "policy.updated": _policy_updated,
    "release.submitted": _release,
    "release.signed": _release_signed,
    "release.rejected": _release,
    "release.withdrawn": _release,
    "release.released": _release,
    "audit.reviewed": _audit_reviewed,
}
