"""What the sample stage adds to the trunk's pages."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tests.sample_stage.models import Note
from workspace import shortcuts
from workspace.installation import INSTALLATION_NAMES
from workspace.marks import MARKS, Mark, MarkContext
from workspace.menu import MENU, MenuEntry
from workspace.palette.entries import PaletteContext, PaletteEntry
from workspace.palette.registry import GROUPS, SOURCES, Matching, PaletteGroup, PaletteSource
from workspace.panels import PANELS, Panel, PanelContent, PanelContext
from workspace.person_facts import CLOSING_NOTES, PERSON_SUMMARIES
from workspace.places import PLACES, Place
from workspace.proposals.makers import MAKERS, Maker
from workspace.script_texts import SCRIPT_TEXTS
from workspace.sections import ACCOUNT_SECTIONS, PERSON_SECTIONS, PROJECT_SECTIONS, Section, SectionContext
from workspace.starts import STARTS, Start
from workspace.tabs import TABS, ProjectTab, TabContext

PANEL_NOTES = 5


def register() -> None:
    """Add everything here to its registry."""
    label = gettext_lazy("Notes")
    TABS.register("notes", ProjectTab(label=label, url_name="sample_stage:notes", position=35, count=_count))
    PANELS.register(
        "notes", Panel(label=label, position=35, template="sample_stage/panel.html", content=_panel, has_count=True)
    )
    PROJECT_SECTIONS.register(
        "notes", Section(position=50, template="sample_stage/section.html", values=_of_project, is_live=True)
    )
    ACCOUNT_SECTIONS.register("notes", Section(position=50, template="sample_stage/section.html", values=_of_account))
    PERSON_SECTIONS.register("notes", Section(position=50, template="sample_stage/section.html", values=_of_account))
    PERSON_SUMMARIES.register("notes", _notes_of)
    CLOSING_NOTES.register("notes", lambda _user: [_("Their notes stay.")])
    SCRIPT_TEXTS.register("sample_stage", lambda: {"sample_stage.noted": _("{name} wrote a note.")})
    MAKERS.register("note", lambda proposal: Maker(_("A note"), reasons={"field:prompt": _("A note asks for it.")}))
    SOURCES.register("notes", PaletteSource("actions", _actions, position=45))
    GROUPS.register("notes", PaletteGroup(label=label, position=85, limit=5, matching=Matching.SEARCHED))
    SOURCES.register("note-texts", PaletteSource("notes", _found, position=90))
    PLACES.register("notes", _places)
    MENU.register(
        "notes",
        MenuEntry(label=label, icon="list", url_name="sample_stage:count", position=50, permission="note.count"),
    )
    MARKS.register("notes", _mark)
    # Behind the name of the site, where that has one.
    INSTALLATION_NAMES.register("zz_notes", lambda: "Notes")
    STARTS.register(
        "notes",
        Start(label=label, icon="list", url_name="sample_stage:count", position=50, permission="note.count"),
    )
    shortcuts.GROUPS.register("notes", shortcuts.ShortcutGroup(label, position=50))
    shortcuts.register_shortcuts(shortcuts.Shortcut("note", "Mod+Alt+j", gettext_lazy("Write a note"), "notes"))


def _places(ids: Collection[str]) -> dict[str, Place]:
    """Notes have no names of their own."""
    found = Note._default_manager.filter(pk__in=ids).values_list("pk", "project_id")
    return {
        str(note_id): Place(project_id, _("a note"), reverse("sample_stage:notes", args=[project_id]))
        for note_id, project_id in found
    }


def _mark(context: MarkContext) -> Mark | None:
    """Of projects that are described by a question."""
    project = context.access.project
    if not project.description.endswith("?"):
        return None
    return Mark(icon="list", words=_("Asks something"), url=reverse("sample_stage:notes", args=[project.id]))


def _count(context: TabContext) -> int:
    return Note._default_manager.filter(project=context.access.project).count()


def _panel(context: PanelContext) -> PanelContent:
    notes = Note._default_manager.filter(project=context.access.project).order_by("-id")
    return PanelContent({"notes": notes[:PANEL_NOTES]}, count=notes.count())


def _of_project(context: SectionContext) -> dict[str, Any]:
    assert context.access is not None
    return {"count": Note._default_manager.filter(project=context.access.project).count()}


def _of_account(context: SectionContext) -> dict[str, Any]:
    return {"count": Note._default_manager.filter(created_by=context.subject).count()}


def _notes_of(ids: Collection[UUID]) -> dict[UUID, str]:
    notes = Note._default_manager.filter(created_by__in=ids).values("created_by").annotate(n=Count("id")).order_by()
    return {row["created_by"]: _("{n} notes").format(n=row["n"]) for row in notes}


def _actions(context: PaletteContext, question: str) -> Iterator[PaletteEntry]:
    if context.access is not None and context.offers("note.add"):
        url = reverse("sample_stage:notes", args=[context.access.project.id])
        yield PaletteEntry(label=_("Write a note…"), icon="plus", href=url)


def _found(context: PaletteContext, question: str) -> Iterator[PaletteEntry]:
    if context.access is None or not question:
        return
    url = reverse("sample_stage:notes", args=[context.access.project.id])
    for note in Note._default_manager.filter(project=context.access.project, text__icontains=question)[:5]:
        yield PaletteEntry(label=note.text, icon="pen-line", href=url)
