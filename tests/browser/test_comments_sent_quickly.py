"""Comments and tasks that are written while others are still on their way to the server."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from tests.browser.people import Person
from tests.browser.test_comments_and_tasks import LINE, tab

NO_ANSWER = "503|htmx:|Response Status Error"


class Held:
    """The first POST to a path waits until the test lets it go; all others pass."""

    def __init__(self, page: Page, path: str) -> None:
        self.first: Route | None = None
        page.route(path, self._hold)

    def _hold(self, route: Route) -> None:
        if route.request.method == "POST" and self.first is None:
            self.first = route
        else:
            route.continue_()


def write_on_line(page: Page, line: str, words: str) -> None:
    """Comment on a line by key, whether or not the comment before was answered."""
    page.locator(".cm-line", has_text=line).first.click(click_count=3)
    page.keyboard.press("ControlOrMeta+Alt+KeyM")
    page.get_by_label("Comment", exact=True).fill(words)


def held_comment(page: Page) -> Held:
    """The first comment, on its way to the server."""
    held = Held(page, "**/comments/")
    write_on_line(page, "# Role", "Name the sponsor here.")
    with page.expect_request("**/comments/"):
        page.keyboard.press("ControlOrMeta+Enter")
    return held


def held_route(page: Page, held: Held) -> Route:
    """The request that was held; Playwright tells of it while it is asked for something else."""
    while held.first is None:
        page.evaluate("0")
    return held.first


def let_go(page: Page, held: Held) -> None:
    held_route(page, held).continue_()


def test_a_comment_written_while_another_is_sent_arrives_on_its_own_line(person: Callable[..., Person]) -> None:
    page = person("reviewer").at_work()
    held = held_comment(page)
    write_on_line(page, LINE, "Cite 6.1.2")
    page.keyboard.press("ControlOrMeta+Enter")
    # Where it belongs was said when it was sent.
    page.locator(".cm-line", has_text="# Role").first.click()
    let_go(page, held)
    expect(page.locator(".thread")).to_have_count(2)
    expect(page.locator(".thread", has_text="Cite 6.1.2").locator("blockquote")).to_contain_text(LINE)
    expect(page.get_by_label("Comment", exact=True)).to_have_value("")


def test_what_is_written_while_a_comment_is_sent_stays(person: Callable[..., Person]) -> None:
    page = person("reviewer").at_work()
    held = held_comment(page)
    box = page.get_by_label("Comment", exact=True)
    box.press_sequentially(" And the site.")
    let_go(page, held)
    expect(page.locator(".thread")).to_contain_text("Name the sponsor here.")
    expect(box).to_have_value("And the site.")


def test_a_reply_begun_while_a_comment_is_sent_is_a_reply(person: Callable[..., Person]) -> None:
    priya, daniel = person("reviewer"), person("editor")
    page = priya.at_work()
    daniel.at_work()
    write_on_line(daniel.page, LINE, "Is this still true?")
    daniel.page.keyboard.press("ControlOrMeta+Enter")
    thread = page.locator(".thread", has_text="Is this still true?")
    expect(thread).to_be_visible()
    held = held_comment(page)
    thread.click()
    thread.get_by_role("button", name="Reply").click()
    page.get_by_label("Comment", exact=True).fill("Yes, it is.")
    let_go(page, held)
    expect(page.locator(".thread", has_text="Name the sponsor here.")).to_be_visible()
    page.keyboard.press("ControlOrMeta+Enter")
    expect(page.locator(".thread-reply")).to_contain_text("Yes, it is.")


def test_two_texts_of_which_the_first_is_refused_stay_in_the_composer(person: Callable[..., Person]) -> None:
    priya = person("reviewer")
    priya.expected.append(NO_ANSWER)
    page = priya.at_work()
    held = held_comment(page)
    write_on_line(page, LINE, "Cite 6.1.2")
    page.keyboard.press("ControlOrMeta+Enter")
    held_route(page, held).fulfill(status=503, body="")
    expect(page.get_by_label("Comment", exact=True)).to_have_value("Name the sponsor here.\n\nCite 6.1.2")
    page.keyboard.press("ControlOrMeta+Enter")
    expect(page.locator(".thread")).to_contain_text("Cite 6.1.2")


def test_a_task_written_while_another_is_sent_arrives(person: Callable[..., Person]) -> None:
    page = person("reviewer").at_work()
    tab(page, "Tasks")
    held = Held(page, "**/tasks/")
    box = page.get_by_label("New task")
    box.fill("Section numbers")
    with page.expect_request("**/tasks/"):
        page.keyboard.press("Enter")
    box.fill("Name the sponsor")
    page.keyboard.press("Enter")
    let_go(page, held)
    expect(page.locator(".task")).to_have_count(2)
    expect(box).to_have_value("")
