"""The actions of the palette: only those that the person may do where they are."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from projects import field_names
from workspace.languages import language
from workspace.menu import menu_of
from workspace.palette.entries import PaletteContext, PaletteEntry
from workspace.panels import panels_for
from workspace.tabs import TABS


def writing(context: PaletteContext, question: str) -> Iterator[PaletteEntry]:
    """Saving, taking and giving back fields, on the workspace."""
    if not context.is_workspace or context.is_over_proposal:
        return
    label = field_names.label(context.field)
    held, taken = context.held, {lease.field for lease in context.leases}
    if held and context.offers("draft.save"):
        words = _("Save as v{version}").format(version=context.version + 1)
        yield PaletteEntry(label=words, icon="check", act="save", shortcut="save")
        yield PaletteEntry(label=_("Save with a message…"), icon="message-square", act="save-with-message")
    if context.field in held:
        words = _("Stop editing {field}").format(field=label)
        yield PaletteEntry(label=words, icon="x", act="cancel", words=_("give back release unlock"))
    elif context.field in taken:
        if context.offers("lock.request"):
            yield PaletteEntry(label=_("Ask for {field}").format(field=label), icon="hand", act="ask")
        if context.offers("lock.take_over"):
            words = _("Take over {field}…").format(field=label)
            yield PaletteEntry(label=words, icon="lock", act="dialog", value="take-over")
    if context.offers("draft.save"):
        if language(context.field) == "json" and (context.field in held or context.field not in taken):
            yield PaletteEntry(
                label=_("Format JSON"), icon="braces", act="format", shortcut="format", words=_("indent")
            )
        yield PaletteEntry(label=_("New file…"), icon="plus", act="dialog", value="new-file", words=_("create add"))


def discussing(context: PaletteContext, question: str) -> Iterator[PaletteEntry]:
    """Comments and the side panel, on the workspace."""
    if not context.is_workspace or context.access is None:
        return
    if context.version and context.offers("comment.write"):
        words = _("Comment on the selected lines")
        yield PaletteEntry(label=words, icon="message-square", act="comment", shortcut="comment")
        yield PaletteEntry(label=_("Comment on the whole field"), icon="message-square", act="comment-field")
    for name, panel in panels_for(context.access).items():
        if panel.palette_label:
            label, words = str(panel.palette_label), str(panel.palette_words)
            yield PaletteEntry(label=label, icon=panel.icon, act="panel", value=name, words=words)


def changing(context: PaletteContext, question: str) -> Iterator[PaletteEntry]:
    """Undo, redo and compare."""
    if context.access is None:
        return
    project = context.access.project.id
    stay = "?stay=1" if context.is_workspace else ""
    if context.version and context.offers("draft.undo"):
        undo, redo = reverse("workspace:undo", args=[project]), reverse("workspace:redo", args=[project])
        yield PaletteEntry(label=_("Undo my last change…"), icon="undo-2", dialog=undo + stay, words=_("take back"))
        yield PaletteEntry(label=_("Redo my change…"), icon="redo-2", dialog=redo + stay, words=_("again"))
    if context.version > 1:
        query = urlencode({"base": context.version - 1, "target": context.version})
        words = _("Compare v{base} with v{target}").format(base=context.version - 1, target=context.version)
        href = f"{reverse('workspace:compare', args=[project])}?{query}"
        yield PaletteEntry(label=words, icon="git-compare-arrows", href=href, words=_("difference changes"))


def going(context: PaletteContext, question: str) -> Iterator[PaletteEntry]:
    """The pages of the project."""
    if context.access is None:
        return
    for tab in TABS.values():
        if tab.may_open(context.access, context.user):
            label = tab.palette_label or _("Go to {page}").format(page=tab.label)
            url = tab.url(context.access.project.id)
            yield PaletteEntry(label=str(label), icon=tab.icon, href=url, words=str(tab.palette_words))
    project_id = context.access.project.id
    if context.version and context.offers("release.submit"):
        submit = reverse("workspace:submit_release", args=[project_id])
        words = _("release sign freeze publish")
        yield PaletteEntry(label=_("Submit a version for release…"), icon="signature", href=submit, words=words)
    export = reverse("api_export", args=[project_id])
    words = _("download backup save JSON everything")
    yield PaletteEntry(label=_("Export this project"), icon="download", href=export, words=words)
    search = reverse("workspace:search", args=[context.access.project.id])
    yield PaletteEntry(label=_("Search all versions and comments…"), icon="search", href=search)


def everywhere(context: PaletteContext, question: str) -> Iterator[PaletteEntry]:
    """What is offered on every page."""
    projects = reverse("workspace:projects")
    yield PaletteEntry(label=_("All projects"), icon="layers", href=projects, words=_("home list"))
    yield PaletteEntry(label=_("New project…"), icon="plus", href=f"{projects}?new=1", words=_("create add"))
    yield PaletteEntry(label=_("Inbox"), icon="bell", href=reverse("workspace:inbox"), words=_("notifications"))
    for entry in menu_of(context.user):
        yield PaletteEntry(label=str(entry.label), icon=entry.icon, href=entry.url, words=str(entry.palette_words))
    yield PaletteEntry(
        label=_("All shortcuts"), icon="keyboard", act="dialog", value="shortcuts", shortcut="help", words=_("keys")
    )
    yield PaletteEntry(label=_("System theme"), icon="monitor", act="theme", value="", words=_("colours"))
    yield PaletteEntry(label=_("Light theme"), icon="sun", act="theme", value="light", words=_("colours bright day"))
    yield PaletteEntry(label=_("Dark theme"), icon="moon", act="theme", value="dark", words=_("colours night"))
    yield PaletteEntry(label=_("Comfortable rows"), icon="rows-2", act="density", value="", words=_("density spacing"))
    yield PaletteEntry(
        label=_("Compact rows"), icon="rows-3", act="density", value="compact", words=_("density spacing")
    )
    yield PaletteEntry(label=_("Sign out"), icon="log-out", act="sign-out", words=_("log out leave"))
