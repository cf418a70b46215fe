"""Parts of a page that are asked for again while the server does not answer, or refuses for a moment."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from drafts.reading import get_draft
from publishing.services import submit_release
from tests.browser.people import Person, World
from tests.browser.test_comments_and_tasks import LINE, say_on_line

NO_ANSWER = "503|ERR_FAILED|htmx:|Response Status Error"


def lose(page: Page, path: str) -> list[str]:
    """The first question to a path is refused, the second lost on the way; what was asked is counted."""
    asked: list[str] = []

    def answer(route: Route) -> None:
        if route.request.method != "GET":
            return route.continue_()
        asked.append(route.request.url)
        if len(asked) == 1:
            return route.fulfill(status=503, body="")
        return route.abort() if len(asked) == 2 else route.continue_()

    page.route(path, answer)
    return asked


def test_the_comments_are_asked_for_again(person: Callable[..., Person]) -> None:
    priya, daniel = person("reviewer"), person("editor")
    priya.expected.append(NO_ANSWER)
    page = priya.at_work()
    daniel.at_work()
    asked = lose(page, "**/comments/?*")
    say_on_line(daniel, LINE, "Is this still true?")
    expect(page.locator(".thread")).to_contain_text("Is this still true?")
    assert len(asked) >= 3


def test_the_files_are_asked_for_again(person: Callable[..., Person], world: World) -> None:
    priya = person("reviewer")
    priya.expected.append(NO_ANSWER)
    page = priya.at_work()
    asked = lose(page, "**/fields/?*")
    world.arrange(lambda: _add_file(world))
    expect(page.locator("[data-field='files/added.md']")).to_be_visible()
    assert len(asked) >= 3


def test_the_bars_of_the_status_are_asked_for_again(person: Callable[..., Person], world: World) -> None:
    priya = person("reviewer")
    priya.expected.append(NO_ANSWER)
    page = priya.at_work()
    asked = lose(page, world.address)
    version = world.current().version_number
    world.arrange(
        lambda: submit_release(caller=world.caller("owner"), project_id=world.project.id, name="1.0", version=version)
    )
    expect(priya.bar("In review as release 1.0.")).to_be_visible()
    assert len(asked) >= 3


def _add_file(world: World) -> None:
    base = get_draft(project_id=world.project.id, version=None).version_number
    writer = world.writer("editor")
    lock = writer.take("files/added.md")
    content = {"language": "markdown", "content": "Added\n"}
    writer.save({"files/added.md": content}, lock, base=base, message="A file", release_locks=True)
