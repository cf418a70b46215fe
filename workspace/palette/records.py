"""The records that the palette leads to: fields, versions, projects, lines and tasks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import quote
from uuid import UUID

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from drafts.models import Draft
from drafts.search import reading
from drafts.search.folding import fold
from drafts.tasks.models import Task
from kernel.errors import ValidationFailed
from projects import field_names
from projects.fields import CONFIGURATION, PROMPT
from projects.models import Member, Project, Status
from projects.roles import role_label
from workspace.palette.entries import PaletteContext, PaletteEntry

MAX_LINES: Final = 4
MAX_TASKS: Final = 2
# How many of the newest are searched by message; any version is found by its number.
MAX_VERSIONS_READ: Final = 200
MAX_TASKS_READ: Final = 1_000
# Shorter texts are in nearly every line.
MIN_SEARCH: Final = 2
MAX_LINE: Final = 80
MAX_DIGITS: Final = 9


def fields(context: PaletteContext, question: str) -> Iterator[PaletteEntry]:
    """The fields of the project, and who writes them."""
    if context.access is None:
        return
    project = context.access.project
    draft = project.current_draft
    holders = {lease.field: lease.user for lease in context.leases}
    for name in field_names.in_order({PROMPT, CONFIGURATION, *(draft.fields if draft else {}), *holders}):
        holder = holders.get(name)
        is_own = holder is not None and holder.id == context.user.id
        yield PaletteEntry(
            label=field_names.label(name),
            icon=field_names.icon(name),
            act="field",
            value=name,
            href=_field_address(context, name),
            compare=_comparing(context, name),
            note="" if holder is None else _("You") if is_own else holder.display_name,
            note_state="" if holder is None else "yours" if is_own else "theirs",
            words=name,
        )


def versions(context: PaletteContext, question: str) -> Iterator[PaletteEntry]:
    """Versions by number or message, and the way back to the one that is named."""
    if context.access is None or not question:
        return
    project = context.access.project
    for draft in _drafts(project.id, question.lower().removeprefix("v")):
        version = draft.version_number
        is_current = version == context.version
        query = urlencode({"base": version, "target": context.version})
        yield PaletteEntry(
            label=f"v{version} {draft.message}".strip(),
            icon="history",
            href=reverse("workspace:version", args=[project.id, version]),
            compare="" if is_current else f"{reverse('workspace:compare', args=[project.id])}?{query}",
            note=draft.author.display_name,
        )
        if question.lower() in {f"v{version}", str(version)} and not is_current and context.offers("draft.revert"):
            stay = "?stay=1" if context.is_workspace else ""
            dialog = reverse("workspace:revert", args=[project.id, version]) + stay
            yield PaletteEntry(
                label=_("v{version}: revert to it…").format(version=version), icon="rotate-ccw", dialog=dialog
            )


def _drafts(project_id: UUID, number: str) -> list[Draft]:
    """The newest versions, and the one of that number if it is older."""
    drafts = Draft.objects.of_project(project_id).select_related("author").defer("files")
    newest = list(drafts[:MAX_VERSIONS_READ])
    if not (number.isascii() and number.isdigit() and len(number) <= MAX_DIGITS):
        return newest
    if any(draft.version_number == int(number) for draft in newest):
        return newest
    return [*drafts.filter(version_number=int(number)), *newest]


def projects(context: PaletteContext, question: str) -> Iterator[PaletteEntry]:
    """All other projects that are not archived."""
    here = context.access.project if context.access else None
    for project in Project.objects.visible_to(context.user).exclude(status=Status.ARCHIVED).order_by("name"):
        if project == here:
            continue
        note = "" if project.status == Status.OPEN else Status(project.status).label
        href = reverse("workspace:workspace", args=[project.id])
        yield PaletteEntry(label=project.name, icon="layers", href=href, note=str(note), words=project.description)


def people(context: PaletteContext, question: str) -> Iterator[PaletteEntry]:
    """The members of the project, by name: each leads to their line on its page."""
    if context.access is None or not question:
        return
    address = reverse("workspace:members", args=[context.access.project.id])
    members = Member.objects.filter(project=context.access.project).select_related("user")
    for member in members.order_by("user__display_name"):
        yield PaletteEntry(
            label=member.user.display_name,
            icon="user",
            href=f"{address}#member-{member.user_id}",
            note=str(role_label(member.role)),
            words=member.user.username,
        )


def further(context: PaletteContext, question: str) -> Iterator[PaletteEntry]:
    """A link to the full search, last; offered even if nothing else matches."""
    if context.access is None:
        return
    address = f"{reverse('workspace:search', args=[context.access.project.id])}?{urlencode({'q': question})}"
    words = _("Search all versions and comments for “{words}”").format(words=question)
    yield PaletteEntry(label=words, icon="search", href=address)


def lines(context: PaletteContext, question: str) -> list[PaletteEntry]:
    """Lines of the current version that hold what was typed."""
    if context.access is None or len(question) < MIN_SEARCH:
        return []
    try:
        found = reading.search(project_id=context.access.project.id, text=question)
    except ValidationFailed:
        return []
    hits = [(field.field, hit) for field in found.fields for hit in field.hits if hit.is_current]
    return [
        PaletteEntry(
            label=hit.text.strip()[:MAX_LINE],
            icon=field_names.icon(field),
            act="field",
            value=f"{field}#{hit.line}",
            href=f"{_field_address(context, field)}&line={hit.line}",
            note=_("{field}, line {line}").format(field=field_names.short_label(field), line=hit.line),
        )
        for field, hit in hits[:MAX_LINES]
    ]


def tasks(context: PaletteContext, question: str) -> list[PaletteEntry]:
    """Tasks that hold what was typed."""
    if context.access is None or len(question) < MIN_SEARCH:
        return []
    project_id = context.access.project.id
    href = f"{reverse('workspace:workspace', args=[project_id])}?panel=tasks"
    wanted = fold(question)
    every = Task.objects.filter(project_id=project_id).only("text")[:MAX_TASKS_READ]
    found = [task for task in every if wanted in fold(task.text)][:MAX_TASKS]
    return [
        PaletteEntry(
            label=task.text[:MAX_LINE], icon="list-checks", act="panel", value="tasks", href=href, note=_("Task")
        )
        for task in found
    ]


def _field_address(context: PaletteContext, name: str) -> str:
    assert context.access is not None
    return f"{reverse('workspace:workspace', args=[context.access.project.id])}?field={quote(name, safe='')}"


def _comparing(context: PaletteContext, name: str) -> str:
    """The address of the comparison of the field's last change."""
    assert context.access is not None
    if context.version < 2:
        return ""
    query = urlencode([("base", context.version - 1), ("target", context.version), ("field", name)])
    return f"{reverse('workspace:compare', args=[context.access.project.id])}?{query}"
