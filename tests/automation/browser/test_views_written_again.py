"""Views are written again while people work in them: what arrives late displaces nobody."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Route, WebSocket, expect

from stages.automation.services.modules import adopt_module
from tests.automation.browser.test_view_pages import Board
from tests.browser.people import Person, World
from tests.registers.browser.conftest import Tables

SOON = 100  # Milliseconds: longer than a page waits for a second event.


class Held:
    """What a page asks for is held until all that it hears of meanwhile has made it ask again."""

    def __init__(self, window: Person, part: str) -> None:
        self.page = window.page
        self._mark = f"part={part}"
        self._routes: list[Route] = []
        self._sockets: list[WebSocket] = []
        self._is_over = False
        self.page.clock.install()
        self.page.on("websocket", self._opened)

    def begin(self, work: Callable[[], None]) -> None:
        """Do something after which the page asks, and hold that."""
        self.page.route(self._is_part, self._hold)
        with self.page.expect_request(lambda request: self._is_part(request.url)):
            work()

    def hear(self, work: Callable[[], None]) -> None:
        """Do something that the page hears of, and let it act on that."""
        with self._sockets[-1].expect_event("framereceived", lambda frame: "register.changed" in str(frame)):
            work()
        self.page.clock.run_for(SOON)

    def answer(self) -> None:
        """Answer what is held, and hold what is asked for after it."""
        with self.page.expect_request(lambda request: self._is_part(request.url)):
            self._routes.pop(0).continue_()

    def end(self) -> None:
        """Answer everything."""
        self._is_over = True
        while self._routes:
            self._routes.pop(0).continue_()

    def _opened(self, socket: WebSocket) -> None:
        self._sockets.append(socket)

    def _is_part(self, url: str) -> bool:
        return self._mark in url

    def _hold(self, route: Route) -> None:
        if self._is_over:
            route.continue_()
        else:
            self._routes.append(route)


def _adopt(world: World, name: str) -> None:
    caller = world.caller("owner")
    world.arrange(lambda: adopt_module(caller=caller, project_id=world.project.id, name=name))


def test_the_focus_stays_where_a_person_went_while_a_form_is_written_again(
    person: Callable[..., Person], world: World, tables: Tables
) -> None:
    _adopt(world, "production")
    _first, second = tables.add([{"name": "Al Poe"}, {"name": "Jane Doe"}], "contacts")
    window = person("editor")
    held = Held(window, "form")
    page = window.open("automation/views/production/contacts/?sort=key")
    expect(page.locator("[data-controller=view-form][data-ready]")).to_be_visible()
    held.begin(lambda: page.keyboard.press("Alt+PageDown"))
    held.hear(lambda: tables.set(second, "email", "doe@co", by="owner", facet="contacts"))
    held.answer()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Jane Doe")
    page.get_by_label("Phone").fill("555")
    shown = page.locator(".form-record").element_handle()
    held.end()
    shown.wait_for_element_state("hidden")
    expect(page.get_by_label("E-mail")).to_have_value("doe@co")
    expect(page.get_by_label("Phone")).to_be_focused()
    expect(page.get_by_label("Phone")).to_have_value("555")


def test_a_card_is_where_it_was_moved_last_however_late_the_board_is_written(
    person: Callable[..., Person], world: World, tables: Tables
) -> None:
    _adopt(world, "traceability")
    (record,) = tables.add([{"statement": "Stop", "status": "Draft"}])
    window = person("editor")
    held = Held(window, "board")
    board = Board(window)
    held.begin(lambda: board.drag("REQ-1", "Accepted"))
    held.hear(lambda: tables.set(record, "status", "Dropped", by="owner"))
    held.answer()
    held.end()
    expect(board.cards("Dropped")).to_have_count(1)
    expect(board.card("REQ-1")).not_to_have_attribute("data-phase", "sending")


def test_a_card_goes_back_before_the_board_shows_that_it_was_moved(
    person: Callable[..., Person], world: World, tables: Tables
) -> None:
    _adopt(world, "traceability")
    (record,) = tables.add([{"statement": "Stop", "status": "Draft"}])
    window = person("editor")
    held = Held(window, "board")
    board = Board(window)
    held.begin(lambda: board.drag("REQ-1", "Accepted"))
    tables.until(record, "status", "Accepted")
    board.drag("REQ-1", "Draft")
    tables.until(record, "status", "Draft")
    held.end()
    expect(board.card("REQ-1")).not_to_have_attribute("data-phase", "sending")
    expect(board.cards("Draft")).to_have_count(1)
