"""What the palette offers for what was typed."""

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
from projects.models import Project, Status
from workspace.highlighting import marked
from workspace.palette.actions import actions
from workspace.palette.entries import Entry, Group, Item, Place, ranked

MOST_FIELDS: Final = 6
MOST_ACTIONS: Final = 7
MOST_VERSIONS: Final = 4
MOST_PROJECTS: Final = 5
MOST_LINES: Final = 4
MOST_TASKS: Final = 2
# So many of the newest are asked for words of their messages; any is found by its number.
VERSIONS_LOOKED_AT: Final = 200
TASKS_LOOKED_AT: Final = 1_000
SHORTEST_SEARCH: Final = 2
LONGEST_LINE: Final = 80
LONGEST_NUMBER: Final = 9


def find(place: Place, question: str) -> list[Group]:
    """Groups of entries that fit `question`, the group with the best first; without a question what is nearest.

    A fixed number of queries, whatever the project holds.
    """
    groups = [
        ranked(_("Fields of this project"), _fields(place), question, most=MOST_FIELDS),
        ranked(_("Actions"), actions(place), question, most=MOST_ACTIONS),
        ranked(_("Versions"), _versions(place, question), question, most=MOST_VERSIONS),
        ranked(_("Projects"), _projects(place), question, most=MOST_PROJECTS),
    ]
    found = [group for group in groups if group is not None]
    if question:
        found.sort(key=lambda group: -group.score)
        found += [group for group in (_in_texts(place, question), _further(place, question)) if group is not None]
    return found


def _fields(place: Place) -> Iterator[Entry]:
    if place.access is None:
        return
    project = place.access.project
    draft = project.current_draft
    holders = {lease.field: lease.user for lease in place.leases}
    for name in field_names.in_order({PROMPT, CONFIGURATION, *(draft.fields if draft else {}), *holders}):
        holder = holders.get(name)
        is_own = holder is not None and holder.id == place.user.id
        yield Entry(
            label=field_names.label(name),
            icon=field_names.icon(name),
            act="field",
            value=name,
            href=_field_address(place, name),
            compare=_comparing(place, name),
            note="" if holder is None else _("You") if is_own else holder.display_name,
            note_state="" if holder is None else "yours" if is_own else "theirs",
            words=name,
        )


def _versions(place: Place, question: str) -> Iterator[Entry]:
    if place.access is None or not question:
        return
    project = place.access.project
    for draft in _drafts(project.id, question.lower().removeprefix("v")):
        version = draft.version_number
        is_current = version == place.version
        query = urlencode({"base": version, "target": place.version})
        yield Entry(
            label=f"v{version} {draft.message}".strip(),
            icon="history",
            href=reverse("workspace:version", args=[project.id, version]),
            compare="" if is_current else f"{reverse('workspace:compare', args=[project.id])}?{query}",
            note=draft.author.display_name,
        )
        if question.lower() in {f"v{version}", str(version)} and not is_current and place.offers("draft.revert"):
            stay = "?stay=1" if place.is_workspace else ""
            dialog = reverse("workspace:revert", args=[project.id, version]) + stay
            yield Entry(label=_("v{version}: revert to it…").format(version=version), icon="rotate-ccw", dialog=dialog)


def _drafts(project_id: UUID, number: str) -> list[Draft]:
    """The newest versions, and the one of that number if it is older."""
    drafts = Draft.objects.of_project(project_id).select_related("author").defer("files")
    newest = list(drafts[:VERSIONS_LOOKED_AT])
    if not (number.isascii() and number.isdigit() and len(number) <= LONGEST_NUMBER):
        return newest
    if any(draft.version_number == int(number) for draft in newest):
        return newest
    return [*drafts.filter(version_number=int(number)), *newest]


def _projects(place: Place) -> Iterator[Entry]:
    here = place.access.project if place.access else None
    for project in Project.objects.visible_to(place.user).exclude(status=Status.ARCHIVED).order_by("name"):
        if project == here:
            continue
        note = "" if project.status == Status.OPEN else Status(project.status).label
        href = reverse("workspace:workspace", args=[project.id])
        yield Entry(label=project.name, icon="layers", href=href, note=str(note), words=project.description)


def _in_texts(place: Place, question: str) -> Group | None:
    """Lines of the current version, and tasks."""
    if place.access is None or len(question) < SHORTEST_SEARCH:
        return None
    entries = [*_lines(place, question), *_tasks(place, question)]
    items = [Item(entry, list(marked(entry.label, question)), 0) for entry in entries]
    return Group(_("Found in text"), items) if items else None


def _further(place: Place, question: str) -> Group | None:
    """The way to the whole search, last: also where nothing else fits."""
    if place.access is None:
        return None
    address = f"{reverse('workspace:search', args=[place.access.project.id])}?{urlencode({'q': question})}"
    words = _("Search all versions and comments for “{words}”").format(words=question)
    return Group(_("Search"), [Item(Entry(label=words, icon="search", href=address), [(words, False)], 0)])


def _lines(place: Place, question: str) -> list[Entry]:
    assert place.access is not None
    try:
        found = reading.search(project_id=place.access.project.id, text=question)
    except ValidationFailed:
        return []
    hits = [(field.field, hit) for field in found.fields for hit in field.hits if hit.is_current]
    return [
        Entry(
            label=hit.text.strip()[:LONGEST_LINE],
            icon=field_names.icon(field),
            act="field",
            value=f"{field}#{hit.line}",
            href=f"{_field_address(place, field)}&line={hit.line}",
            note=_("{field}, line {line}").format(field=field_names.short_label(field), line=hit.line),
        )
        for field, hit in hits[:MOST_LINES]
    ]


def _tasks(place: Place, question: str) -> list[Entry]:
    assert place.access is not None
    project_id = place.access.project.id
    href = f"{reverse('workspace:workspace', args=[project_id])}?panel=tasks"
    wanted = fold(question)
    every = Task.objects.filter(project_id=project_id).only("text")[:TASKS_LOOKED_AT]
    tasks = [task for task in every if wanted in fold(task.text)][:MOST_TASKS]
    return [
        Entry(label=task.text[:LONGEST_LINE], icon="list-checks", act="panel", value="tasks", href=href, note=_("Task"))
        for task in tasks
    ]


def _field_address(place: Place, name: str) -> str:
    assert place.access is not None
    return f"{reverse('workspace:workspace', args=[place.access.project.id])}?field={quote(name, safe='')}"


def _comparing(place: Place, name: str) -> str:
    """Where the field's last change is compared."""
    assert place.access is not None
    if place.version < 2:
        return ""
    query = urlencode([("base", place.version - 1), ("target", place.version), ("field", name)])
    return f"{reverse('workspace:compare', args=[place.access.project.id])}?{query}"
