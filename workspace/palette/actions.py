"""The actions of the palette: only those that the person may do where they are."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from kernel.site_permissions import may_on_site
from projects import field_names
from workspace.palette.entries import Entry, Place
from workspace.project_frame import tabs_of


def actions(place: Place) -> Iterator[Entry]:
    """Everything that can be done or opened from here, the nearest first."""
    if place.is_workspace:
        yield from _writing(place)
        yield from _beside_the_text(place)
    if place.access is not None:
        yield from _in_the_project(place)
        yield from _going(place)
    yield from _everywhere(place)


def _writing(place: Place) -> Iterator[Entry]:
    label = field_names.label(place.field)
    held = place.held
    if held and place.offers("draft.save"):
        words = _("Save as v{version}").format(version=place.version + 1)
        yield Entry(label=words, icon="check", act="save", shortcut="save")
        yield Entry(label=_("Save with a message…"), icon="message-square", act="dialog", value="save-dialog")
    if place.field in held:
        words = _("Stop editing {field}").format(field=label)
        yield Entry(label=words, icon="x", act="cancel", words=_("give back release unlock"))
    elif place.field in {lease.field for lease in place.leases}:
        if place.offers("lock.request"):
            yield Entry(label=_("Ask for {field}").format(field=label), icon="hand", act="ask")
        if place.offers("lock.take_over"):
            words = _("Take over {field}…").format(field=label)
            yield Entry(label=words, icon="lock", act="dialog", value="take-over")
    if place.offers("draft.save"):
        yield Entry(label=_("New file…"), icon="plus", act="dialog", value="new-file", words=_("create add"))


def _beside_the_text(place: Place) -> Iterator[Entry]:
    if place.version and place.offers("comment.write"):
        words = _("Comment on the selected lines")
        yield Entry(label=words, icon="message-square", act="comment", shortcut="comment")
        yield Entry(label=_("Comment on the whole field"), icon="message-square", act="comment-field")
    yield Entry(label=_("Show comments"), icon="message-square", act="panel", value="comments")
    yield Entry(label=_("Show tasks"), icon="list-checks", act="panel", value="tasks", words=_("checklist"))


def _in_the_project(place: Place) -> Iterator[Entry]:
    assert place.access is not None
    project = place.access.project.id
    stay = "?stay=1" if place.is_workspace else ""
    if place.version and place.offers("draft.undo"):
        undo, redo = reverse("workspace:undo", args=[project]), reverse("workspace:redo", args=[project])
        yield Entry(label=_("Undo my last change…"), icon="undo-2", dialog=undo + stay, words=_("take back"))
        yield Entry(label=_("Redo my change…"), icon="redo-2", dialog=redo + stay, words=_("again"))
    if place.version > 1:
        query = urlencode({"base": place.version - 1, "target": place.version})
        words = _("Compare v{base} with v{target}").format(base=place.version - 1, target=place.version)
        href = f"{reverse('workspace:compare', args=[project])}?{query}"
        yield Entry(label=words, icon="git-compare-arrows", href=href, words=_("difference changes"))


def _going(place: Place) -> Iterator[Entry]:
    assert place.access is not None
    for tab in tabs_of(place.access.project.id, has_settings=False):
        yield Entry(label=_("Go to {page}").format(page=tab.label), icon="arrow-right", href=tab.url)
    words = _("rename describe private internal archive")
    settings = reverse("workspace:settings", args=[place.access.project.id])
    yield Entry(label=_("Settings of this project"), icon="cog", href=settings, words=words)
    search = reverse("workspace:search", args=[place.access.project.id])
    yield Entry(label=_("Search all versions and comments…"), icon="search", href=search)


def _everywhere(place: Place) -> Iterator[Entry]:
    projects = reverse("workspace:projects")
    yield Entry(label=_("All projects"), icon="layers", href=projects, words=_("home list"))
    yield Entry(label=_("New project…"), icon="plus", href=f"{projects}?new=1", words=_("create add"))
    yield Entry(label=_("Inbox"), icon="bell", href=reverse("workspace:inbox"), words=_("notifications"))
    yield Entry(label=_("Account and tokens"), icon="key-round", href=reverse("workspace:account"), words=_("settings"))
    if may_on_site("administration.enter", place.user):
        yield Entry(label=_("Administration"), icon="shield-check", href=reverse("admin:index"), words=_("audit"))
    yield Entry(
        label=_("All shortcuts"), icon="keyboard", act="dialog", value="shortcuts", shortcut="help", words=_("keys")
    )
    yield Entry(label=_("System theme"), icon="monitor", act="theme", value="", words=_("colours"))
    yield Entry(label=_("Light theme"), icon="sun", act="theme", value="light", words=_("colours bright day"))
    yield Entry(label=_("Dark theme"), icon="moon", act="theme", value="dark", words=_("colours night"))
    yield Entry(label=_("Comfortable rows"), icon="rows-2", act="density", value="", words=_("density spacing"))
    yield Entry(label=_("Compact rows"), icon="rows-3", act="density", value="compact", words=_("density spacing"))
    yield Entry(label=_("Sign out"), icon="log-out", act="sign-out", words=_("log out leave"))
