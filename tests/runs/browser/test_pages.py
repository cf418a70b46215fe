"""The pages of runs that only show what is there: they fit every window, are accessible, and work by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from playwright.sync_api import expect

from stages.runs.services import connect_repository
from tests.browser.contexts import Scheme
from tests.browser.people import Person, World
from tests.browser.test_accessible import TOO_WIDE, violations
from tests.browser.test_forced_colours import style, with_forced_colours
from tests.runs.browser.conftest import Models
from tests.runs.git_server import TOKEN, GitServer

WINDOWS: list[tuple[Scheme, tuple[int, int]]] = [
    ("light", (390, 844)),
    ("dark", (820, 1180)),
    ("light", (1280, 800)),
    ("dark", (1920, 1080)),
]
PAGES = (
    *("runs/", "runs/new/", "runs/new/?kind=change", "runs/new/?kind=evaluate", "runs/pull-requests/"),
    *("settings/", "settings/models/new/", "settings/repositories/new/"),
)


def test_every_page_fits_and_is_accessible(
    person: Callable[..., Person], models: Models, world: World, git_host: GitServer, settings: Any
) -> None:
    settings.FOUNDRY_GIT_HOSTS = frozenset({git_host.host})
    models.add("quick", display_name="A model with a very long name that nobody would read to its end")
    url = git_host.new_repository(f"a-repository-with-a-long-name-{uuid4().hex}").url
    owner = world.caller("owner")
    repository = world.arrange(
        lambda: connect_repository(caller=owner, project_id=world.project.id, url=url, token=TOKEN)
    )
    models.experiment("A question that is much longer than any title bar could hold, word by word by word")
    models.experiment("More precise", kind="change", repository_id=repository.id)
    pages = (*PAGES, f"settings/repositories/{repository.id}/token/")
    found: dict[str, list[str]] = {}
    for scheme, size in WINDOWS:
        reader = person("owner", scheme=scheme, size=size)
        for path in pages:
            page = reader.open(path)
            where = f"{path} {scheme} {size[0]}"
            found[where] = violations(page)
            assert page.evaluate(TOO_WIDE) <= 0, where
    assert {where: words for where, words in found.items() if words} == {}


def test_the_panel_of_an_experiment_is_used_by_keys_and_marked_in_forced_colours(
    person: Callable[..., Person], models: Models
) -> None:
    models.add("quick")
    experiment = models.experiment()
    page = with_forced_colours(person("editor").open(f"runs/{experiment.id}/"))
    console, source = page.get_by_role("tab", name="Console"), page.get_by_role("tab", name="Source")
    page.wait_for_load_state()
    console.focus()
    page.keyboard.press("ArrowRight")
    expect(source).to_be_focused()
    expect(page.get_by_role("tabpanel", name="Source")).to_be_visible()
    assert style(source, "border-bottom-color") != style(console, "border-bottom-color")
    page.keyboard.press("Home")
    expect(console).to_be_focused()
    expect(page.get_by_role("tabpanel", name="Console")).to_be_visible()
