"""What an app registers for the pages is seen there, by those who may."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.template import engines
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from kernel.registry import Registry
from projects.models import Project
from tests.workspace.conftest import Browser
from tests.workspace.html import elements, words
from tests.workspace.test_palette import offered
from workspace import shortcuts
from workspace.menu import MENU, MenuEntry
from workspace.palette import registry as palette
from workspace.palette.entries import PaletteEntry
from workspace.panels import PANELS, Panel, PanelContent
from workspace.sections import ACCOUNT_SECTIONS, PROJECT_SECTIONS, Section
from workspace.tabs import TABS, ProjectTab

pytestmark = pytest.mark.django_db

REGISTRIES: tuple[Registry[Any], ...] = (
    *(TABS, PANELS, PROJECT_SECTIONS, ACCOUNT_SECTIONS, MENU),
    *(palette.GROUPS, palette.SOURCES, shortcuts.GROUPS, shortcuts.SHORTCUTS),
)


@pytest.fixture(autouse=True)
def free_registries() -> Iterator[None]:
    """Registries that forget what a test adds."""
    with ExitStack() as stack:
        for registry in REGISTRIES:
            stack.enter_context(registry.replaced(registry))
        yield


@pytest.fixture
def templates(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Templates of the test's own, by name."""
    engine = engines["django"].engine  # type: ignore[attr-defined]
    sources: dict[str, str] = {}
    found = type(engine).get_template

    def get_template(self: Any, name: str) -> Any:
        return self.from_string(sources[name]) if name in sources else found(self, name)

    monkeypatch.setattr(type(engine), "get_template", get_template)
    return sources


def tabs(client: Client, project: Project) -> dict[str, str]:
    bar = [each for each in elements(client.get(f"/projects/{project.id}/history/"), "a") if _class(each) == "nav-tab"]
    return {words(each): each.attributes["href"] or "" for each in bar}


def _class(element: Any) -> str:
    return element.attributes.get("class") or ""


def test_a_tab_stands_at_its_position_with_its_number(browser: Browser, editor: User, project: Project) -> None:
    client = browser(editor)
    before = list(tabs(client, project))
    tab = ProjectTab(label=_("Samples"), url_name="workspace:search", position=33, count=lambda _context: 7)
    TABS.register("samples", tab)

    shown = tabs(client, project)

    place = before.index("Releases") + 1
    assert list(shown) == [*before[:place], "Samples 7", *before[place:]]
    assert shown["Samples 7"] == reverse("workspace:search", args=[project.id])
    assert "Go to Samples" in offered(client, project, "samples")["Actions"]


def test_a_tab_is_not_shown_to_who_may_not_open_it(
    browser: Browser, editor: User, viewer: User, project: Project
) -> None:
    TABS.register(
        "samples", ProjectTab(label=_("Samples"), url_name="workspace:search", position=35, permission="draft.save")
    )
    assert "Samples" in tabs(browser(editor), project)
    assert "Samples" not in tabs(browser(viewer), project)
    assert "Go to Samples" in offered(browser(editor), project, "go samples")["Actions"]
    assert "Go to Samples" not in offered(browser(viewer), project, "go samples").get("Actions", [])


def test_a_panel_has_a_tab_a_page_and_a_button(
    browser: Browser, editor: User, viewer: User, project: Project, templates: dict[str, str]
) -> None:
    templates["samples.html"] = (
        "{% load foundry %}<div {% panel_attributes view %}>{{ said }} on {{ chosen.name }}</div>"
    )
    PANELS.register(
        "samples",
        Panel(
            label=_("Samples"),
            position=25,
            template="samples.html",
            content=lambda context: PanelContent({"said": context.access.project.name}, count=3),
            permission="draft.save",
            has_count=True,
            in_foot=True,
            palette_label=_("Show samples"),
        ),
    )
    client = browser(editor)
    response = client.get(f"/projects/{project.id}/", {"panel": "samples"})

    shown = [words(each) for each in elements(response, "button") if each.attributes.get("role") == "tab"]
    # Stages have further ones.
    assert [each for each in shown if each in {"Comments0", "History", "Samples3", "Tasks0"}] == [
        *("Comments0", "History", "Samples3", "Tasks0"),
    ]
    (page,) = elements(response, "div", id="panel-samples")
    assert words(page) == f"{project.name} on prompt_text"
    assert "hidden" not in page.attributes
    (comments,) = elements(response, "div", id="panel-comments")
    assert "hidden" in comments.attributes
    foot = [each for each in elements(response, "button") if each.attributes.get("data-view") == "panel"]
    assert [each.attributes["data-part"] for each in foot] == ["comments", "history", "samples", "tasks"]
    assert "Show samples" in offered(client, project, "show samples", page="workspace")["Actions"]
    assert not elements(browser(viewer).get(f"/projects/{project.id}/"), "div", id="panel-samples")


def test_a_panel_that_does_not_exist_is_the_first(browser: Browser, editor: User, project: Project) -> None:
    response = browser(editor).get(f"/projects/{project.id}/", {"panel": "nothing"})
    (page,) = elements(response, "div", id="panel-comments")
    assert "hidden" not in page.attributes


def test_sections_of_settings_are_for_who_may_see_them(
    browser: Browser, owner: User, viewer: User, project: Project, templates: dict[str, str]
) -> None:
    templates["samples.html"] = '<section id="samples">{{ samples }} for {{ user.display_name }}</section>'
    section = Section(
        position=15, template="samples.html", values=lambda _context: {"samples": "atlas"}, permission="project.update"
    )
    PROJECT_SECTIONS.register("samples", section)
    address = f"/projects/{project.id}/settings/"
    (shown,) = elements(browser(owner).get(address), "section", id="samples")
    assert words(shown) == "atlas for Owner"
    assert not elements(browser(viewer).get(address), "section", id="samples")


def test_sections_of_the_account_are_for_who_may_see_them(
    browser: Browser, owner: User, make_user: Any, templates: dict[str, str]
) -> None:
    templates["stations.html"] = '<section id="stations">{{ user.username }}</section>'
    section = Section(position=25, template="stations.html", permission="audit.read")
    ACCOUNT_SECTIONS.register("stations", section)
    assert elements(browser(make_user("auditor", is_auditor=True)).get("/account/"), "section", id="stations")
    assert not elements(browser(owner).get("/account/"), "section", id="stations")


def test_an_entry_of_the_main_menu_is_for_who_may_follow_it(browser: Browser, owner: User, make_user: Any) -> None:
    entry = MenuEntry(
        label=_("Workstations"), icon="monitor", url_name="workspace:inbox", position=11, permission="audit.read"
    )
    MENU.register("machines", entry)

    def menu(user: User) -> list[str]:
        links = elements(browser(user).get("/projects/"), "a")
        return [words(each) for each in links if _class(each) == "menu-item"]

    auditor = make_user("auditor", is_auditor=True)
    assert menu(auditor)[:2] == ["Account and tokens", "Workstations"]
    assert "Workstations" not in menu(owner)
    assert "Workstations" in offered(browser(auditor), None, "workst")["Actions"]
    assert "Workstations" not in offered(browser(owner), None, "workst").get("Actions", [])


def test_a_source_adds_to_a_group_of_the_palette_or_has_its_own(
    browser: Browser, editor: User, project: Project
) -> None:
    palette.GROUPS.register("samples", palette.PaletteGroup(label=_("Samples"), position=50, limit=2))
    names = ("Sample alpha", "Sample beta", "Gamma")
    palette.SOURCES.register(
        "samples",
        palette.PaletteSource(
            "samples", lambda _c, _q: [PaletteEntry(label=each, icon="zap") for each in names], position=10
        ),
    )
    palette.SOURCES.register(
        "start",
        palette.PaletteSource(
            "actions", lambda _c, _q: [PaletteEntry(label="Start a sample…", icon="play")], position=35
        ),
    )
    found = offered(browser(editor), project, "sample")
    assert found["Samples"] == ["Sample beta", "Sample alpha"]  # the shorter fits better
    assert "Start a sample…" in found["Actions"]


def test_a_shortcut_is_in_the_help_and_told_to_the_script(browser: Browser, editor: User) -> None:
    shortcuts.GROUPS.register("samples", shortcuts.ShortcutGroup(_("Samples"), position=25))
    shortcuts.register_shortcuts(shortcuts.Shortcut("run", "Mod+Alt+r", _("Start a sample"), "samples"))
    response = browser(editor).get("/projects/")
    titles = [words(each) for each in elements(response, "p") if _class(each) == "keys-title"]
    assert titles[1:3] == ["Workspace", "Samples"]
    (given,) = elements(response, "script", id="shortcuts-data")
    assert '"Mod+Alt+r"' in given.text


def test_two_shortcuts_cannot_have_the_same_keys() -> None:
    with pytest.raises(ValueError, match="same keys"):
        shortcuts.register_shortcuts(shortcuts.Shortcut("run", "Mod+s", _("Start a sample"), "workspace"))
