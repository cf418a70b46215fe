"""The tree of files: its rows, their menus, and what stands in it."""

from __future__ import annotations

from playwright.sync_api import Locator, Page

from drafts.services import change_files
from tests.browser.people import World

TOPOLOGY = "files/topology.yaml"


def item(page: Page, name: str) -> Locator:
    return page.get_by_role("treeitem", name=name, exact=False).first


def in_menu(page: Page, action: str) -> Locator:
    page.get_by_role("button", name="More for this field").click()
    return page.locator(".menu:not([popover])").get_by_text(action)


def rename(page: Page, path: str) -> None:
    in_menu(page, "Rename or move…").click()
    page.get_by_role("dialog").get_by_label("Name and folder").fill(path)
    page.get_by_role("dialog").get_by_role("button", name="Rename").click()


def add_files(world: World, *paths: str, text: str = "") -> None:
    """As the editor, in one version."""
    changes = {f"files/{path}": {"content": text or f"# {path}\n"} for path in paths}
    base = world.current().version_number
    world.arrange(
        lambda: change_files(
            caller=world.caller("editor"),
            project_id=world.project.id,
            session_id=None,
            base_version=base,
            changes=changes,
        )
    )
