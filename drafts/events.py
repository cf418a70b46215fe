"""The events of versions, comments and tasks."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from audit.event_types import (
    EVENT_KINDS,
    EventContext,
    EventKind,
    EventType,
    Facts,
    InboxLine,
    Text,
    register_event_groups,
    register_events,
)
from drafts.event_summaries import COMMENTS, SAVES, TASKS
from drafts.origins import origin_named_in, written_by
from drafts.proposal_words import proposal_page
from notifications.topics import MAIL_TOPICS, MailTopic
from projects import field_names

MAX_FIELDS: Final = 4

# The last three are of comments on proposals only.
_COMMENT: Final = (
    *("comment_id", "thread_id", "version", "target_field"),
    *("proposal_id", "proposal_number", "round"),
)
_TASK: Final = ("task_id", "text", "assignee", "due_on", "done", "done_by")

_SAVE_SENTENCES: Final = {
    "save": gettext_lazy("{name} saved {thing}"),
    "revert": gettext_lazy("{name} reverted to {thing}"),
    "undo": gettext_lazy("{name} undid {thing}"),
    "redo": gettext_lazy("{name} redid {thing}"),
    "import": gettext_lazy("{name} imported {thing}"),
    "accept": gettext_lazy("{name} accepted a proposal as {thing}"),
}
_SAVE_WORDS: Final = {
    "save": gettext_lazy("v{version}: {fields}"),
    "revert": gettext_lazy("v{version}, reverted to v{earlier}: {fields}"),
    "undo": gettext_lazy("v{version}, undid v{earlier}: {fields}"),
    "redo": gettext_lazy("v{version}, redid v{earlier}: {fields}"),
    "import": gettext_lazy("v{version}, imported: {fields}"),
    "accept": gettext_lazy("v{version}, accepted from a proposal: {fields}"),
}

_OF_AN_EARLIER_ONE: Final = frozenset({"revert", "undo", "redo"})


def register() -> None:
    """Register all of them."""
    EVENT_KINDS.register("versions", EventKind(gettext_lazy("Versions"), position=10))
    EVENT_KINDS.register("comments", EventKind(gettext_lazy("Comments"), position=20))
    EVENT_KINDS.register("tasks", EventKind(gettext_lazy("Tasks"), position=30))
    MAIL_TOPICS.register("comment", MailTopic(gettext_lazy("You are mentioned or get a reply"), position=20))
    MAIL_TOPICS.register("task", MailTopic(gettext_lazy("A task is assigned to you"), position=30))
    register_events(*EVENTS)
    register_event_groups(draft=gettext_lazy("Versions"), comment=gettext_lazy("Comments"), task=gettext_lazy("Tasks"))


def _saved(context: EventContext) -> str:
    found = origin_named_in(context.data)
    return _version_words(context.data, str(found[0].words if found else _SAVE_WORDS[context.data["kind"]]))


def _saved_thing(context: EventContext) -> str:
    """A version made of an earlier one is told by that one: `reverted to v47 (now v76)`."""
    if context.data.get("only_field"):
        return _version_words(context.data, _("{fields} to v{earlier} (now v{version})"))
    if context.data["kind"] in _OF_AN_EARLIER_ONE:
        return _version_words(context.data, _("v{earlier} (now v{version}): {fields}"))
    found = origin_named_in(context.data)
    return _version_words(context.data, str(found[0].thing)) if found else _saved(context)


def _version_words(data: Facts, words: str) -> str:
    renamed: dict[str, str] = data.get("renamed", {})
    names = [name for name in data["changed_fields"] if name not in renamed.values()]
    fields = [_field_words(name, renamed.get(name)) for name in names]
    shown = ", ".join(fields[:MAX_FIELDS]) or _("nothing changed")
    if len(fields) > MAX_FIELDS:
        more = len(fields) - MAX_FIELDS
        shown = ngettext("{shown} and {n} more", "{shown} and {n} more", more).format(shown=shown, n=more)
    known = {"version": data["version"], "earlier": data["source_version"], "fields": shown}
    if found := origin_named_in(data):
        known |= {"source": found[0].source_of(found[1]), "written": written_by(found[1]["writers"])}
    return words.format(**known)


def _field_words(name: str, former: str | None) -> str:
    if former is None:
        return field_names.short_path(name)
    words = _("{path}, renamed from {former}")
    # In full: often only a folder in the middle is another one.
    return words.format(path=field_names.label(name), former=field_names.label(former))


def _save_sentence(context: EventContext) -> Text:
    if context.data.get("only_field"):
        return _("{name} reverted {thing}")
    found = origin_named_in(context.data)
    return found[0].sentence if found else _SAVE_SENTENCES[context.data["kind"]]


def _imported(context: EventContext) -> str:
    count = context.data["versions"]
    return ngettext("{name}, {n} version", "{name}, {n} versions", count).format(name=context.data["name"], n=count)


def _place(context: EventContext) -> str:
    data = context.data
    field = _commented_field(data)
    first, last = data.get("from_line"), data.get("to_line")
    if not first:
        return field
    if first == last:
        return _("{field}, line {line}").format(field=field, line=first)
    return _("{field}, lines {first} to {last}").format(field=field, first=first, last=last)


def _commented_field(facts: Facts) -> str:
    field, number = facts["target_field"], facts.get("proposal_number")
    if not field:
        return f"P{number}"
    short = field_names.short_path(field)
    return _("P{number}, {field}").format(number=number, field=short) if number else short


def _task_text(facts: Facts) -> str:
    return str(facts["text"])


def _day(iso: str) -> str:
    """A date of an event, as people write it."""
    return date_format(date.fromisoformat(iso), "j M Y")


def _task_created(context: EventContext) -> str:
    due_on, text = context.data.get("due_on"), _task_text(context.data)
    return _("{text}, due {day}").format(text=text, day=_day(due_on)) if due_on else text


def _task_changed(context: EventContext) -> str:
    data = context.data
    before = data["before"]
    parts = []
    if "done" in before:
        parts.append(_("done") if data["done"] else _("not done"))
    if "assignee" in before:
        assignee = data["assignee"]
        parts.append(_("for {name}").format(name=assignee["display_name"]) if assignee else _("for no one"))
    if "due_on" in before:
        parts.append(_("due {day}").format(day=_day(data["due_on"])) if data["due_on"] else _("no due date"))
    if "text" in before:
        parts.append(_("was “{text}”").format(text=before["text"]))
    text = (data.get("text") or _("Task")).removesuffix(".")
    return f"{text}: {', '.join(parts)}"


def _is_only_done(context: EventContext) -> bool:
    """Whether a task was completed or reopened, and nothing else of it changed."""
    return set(context.data["before"]) <= {"done", "done_by"}


def _changed_task_sentence(context: EventContext) -> Text:
    if not _is_only_done(context):
        return _("{name} changed the task {thing}")
    return _("{name} completed the task {thing}") if context.data["done"] else _("{name} reopened the task {thing}")


def _changed_task(context: EventContext) -> str:
    return _task_text(context.data) if _is_only_done(context) else _task_changed(context)


def _version(project_id: UUID | None, facts: Facts) -> str:
    return reverse("workspace:version", args=[project_id, facts["version"]])


def _thread(project_id: UUID | None, facts: Facts) -> str:
    if "proposal_number" in facts:
        return proposal_page(project_id, facts["proposal_number"], comment=facts["thread_id"])
    query = {"panel": "comments", "comment": facts["thread_id"], "field": facts["target_field"]}
    return f"{reverse('workspace:workspace', args=[project_id])}?{urlencode(query)}"


def _tasks(project_id: UUID | None, facts: Facts) -> str:
    return f"{reverse('workspace:workspace', args=[project_id])}?panel=tasks"


MENTIONED: Final = InboxLine(
    "comment.mentioned",
    title="You were mentioned",
    icon="message-square",
    mail=gettext_lazy("{name} mentioned you in a comment"),
    sentence=gettext_lazy("{name} mentioned you on {thing}"),
    thing=_commented_field,
    link=_thread,
)
ANSWERED: Final = InboxLine(
    "comment.answered",
    title="A thread you wrote in was answered",
    icon="message-square",
    mail=gettext_lazy("{name} replied to your thread"),
    sentence=gettext_lazy("{name} replied to your thread on {thing}"),
    thing=_commented_field,
    link=_thread,
)
TASK_ASSIGNED: Final = InboxLine(
    "task.assigned",
    title="A task is yours",
    icon="list-checks",
    mail=gettext_lazy("{name} assigned you a task"),
    sentence=gettext_lazy("{name} assigned you the task {thing}"),
    thing=_task_text,
    link=_tasks,
)

COMMENTED: Final = InboxLine(
    "comment.on_proposal",
    title="Somebody commented on your proposal",
    icon="message-square",
    mail=gettext_lazy("{name} commented on your proposal"),
    sentence=gettext_lazy("{name} commented on your proposal: {thing}"),
    thing=_commented_field,
    link=_thread,
)

_of_a_comment = partial(
    EventType,
    live=_COMMENT,
    words=_place,
    summary=COMMENTS,
    icon="message-square",
    kind="comments",
    field_in="target_field",
    link=_thread,
)
_of_a_task = partial(
    EventType, live=_TASK, summary=TASKS, icon="list-checks", kind="tasks", link=_tasks, inbox=(TASK_ASSIGNED,)
)

EVENTS: Final = (
    EventType(
        "draft.saved",
        live=("version", "kind", "changed_fields", "renamed", "removed"),
        words=_saved,
        sentence=_save_sentence,
        thing=_saved_thing,
        summary=SAVES,
        icon="git-commit-horizontal",
        kind="versions",
        field_in="changed_fields",
        link=_version,
    ),
    EventType(
        "project.imported",
        words=_imported,
        sentence=gettext_lazy("{name} imported the project: {thing}"),
        icon="layers",
        kind="project",
    ),
    _of_a_comment(
        "comment.created",
        live=(*_COMMENT, "from_line", "to_line"),
        sentence=gettext_lazy("{name} commented on {thing}"),
        inbox=(MENTIONED, COMMENTED),
    ),
    _of_a_comment(
        "comment.answered",
        sentence=gettext_lazy("{name} replied on {thing}"),
        inbox=(MENTIONED, ANSWERED, COMMENTED),
    ),
    _of_a_comment("comment.resolved", sentence=gettext_lazy("{name} resolved a comment on {thing}")),
    _of_a_comment("comment.reopened", sentence=gettext_lazy("{name} reopened a comment on {thing}")),
    _of_a_comment("comment.withdrawn", sentence=gettext_lazy("{name} withdrew a comment on {thing}")),
    _of_a_task("task.created", words=_task_created, sentence=gettext_lazy("{name} added the task {thing}")),
    _of_a_task("task.changed", words=_task_changed, sentence=_changed_task_sentence, thing=_changed_task),
)
