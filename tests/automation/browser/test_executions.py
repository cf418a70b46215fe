"""People watch a script while it runs, stop it, and decide what it has proposed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from django.db import connections
from playwright.sync_api import Page, expect

from stages.automation.executing.working import run_execution
from stages.automation.models import Execution
from stages.automation.services.scripts import run_script, save_script, switch_script
from tests.browser.people import Person, World
from tests.browser.test_accessible import PHONE, in_both_themes, in_every_window
from tests.registers.browser.conftest import REQUIREMENTS, Tables

GRANTS = {"read": [REQUIREMENTS], "write": [REQUIREMENTS]}
SLOW = """
for at = 1, 400 do
  print("looking at " .. at)
  core.progress(at, 400, "Requirements")
  core.await(core.sleep(0.05))
end
"""
CHANGES = """
for _, row in ipairs(core.records("requirements")) do
  core.set_field(row.id, "requirements.source", "Amendment", {why = row.statement .. " has none"})
end
"""
People = Callable[..., Person]


class Scripts:
    """Scripts of the project that are on, and their executions."""

    def __init__(self, world: World) -> None:
        self.world = world

    def start(self, source: str, *, name: str = "look") -> UUID:
        """Save a script, switch it on, and run it by hand, as the editor; its execution waits for a runner."""
        here: dict[str, Any] = {"project_id": self.world.project.id}

        def start() -> UUID:
            saved = save_script(caller=self.world.caller("editor"), **here, name=name, source=source, title="Look")
            given: dict[str, Any] = {"script_id": saved.script_id, "sha256": saved.sha256, "grants": GRANTS}
            switch_script(caller=self.world.caller("owner"), **here, **given, is_on=True)
            script_id: Any = saved.script_id
            return run_script(caller=self.world.caller("editor"), **here, script_id=script_id).id

        found: UUID = self.world.arrange(start)
        return found

    def run(self, source: str, *, name: str = "look") -> UUID:
        """The same, and it has ended."""
        execution_id = self.start(source, name=name)
        self.world.arrange(lambda: run_execution(execution_id))
        return execution_id

    @contextmanager
    def running(self, execution_id: UUID) -> Iterator[None]:
        """A process works on it meanwhile, until it has ended or somebody stops it."""
        is_over = threading.Event()

        def stopped() -> bool:
            return is_over.is_set() or Execution.objects.filter(pk=execution_id, state="stopped").exists()

        def work() -> None:
            try:
                run_execution(execution_id, stopped)
            finally:
                connections.close_all()

        thread = threading.Thread(target=work)
        thread.start()
        try:
            yield
        finally:
            is_over.set()
            thread.join()


@pytest.fixture
def scripts(world: World, tables: Tables) -> Scripts:
    tables.make()
    return Scripts(world)


def opened(person: Person, execution_id: UUID) -> Page:
    return person.open(f"automation/executions/{execution_id}/")


def test_two_people_watch_a_script_and_one_stops_it(person: People, scripts: Scripts) -> None:
    execution_id = scripts.start(SLOW)
    mara, daniel = person("owner"), person("editor")
    page, other = opened(mara, execution_id), opened(daniel, execution_id)
    expect(page.get_by_role("heading", name="Waiting for a runner")).to_be_visible()
    with scripts.running(execution_id):
        for each in (page, other):
            expect(each.get_by_role("heading", name="Running")).to_be_visible()
            expect(each.get_by_role("log")).to_contain_text("looking at 20")
            expect(each.locator('[data-meter="progress"]')).to_contain_text("of 400")
        # Each line once, in its order, also for who came later.
        shown = page.locator("[data-level=info] > :last-child").all_inner_texts()
        numbers = [int(each.rsplit(" ", 1)[1]) for each in shown]
        assert numbers == list(range(1, len(numbers) + 1))
        page.reload()
        expect(page.get_by_role("log")).to_contain_text("looking at 30")
        other.get_by_role("button", name="Stop").click()
        for each in (page, other):
            expect(each.get_by_role("heading", name="Stopped")).to_be_visible()
    expect(page.get_by_text("A person stopped it. Nothing was proposed.")).to_be_visible()


def test_its_starter_picks_and_commits(person: People, scripts: Scripts, tables: Tables) -> None:
    first, second = tables.add([{"statement": "Stop"}, {"statement": "Go"}])
    execution_id = scripts.run(CHANGES)
    daniel = person("editor")
    page = opened(daniel, execution_id)
    expect(page.get_by_role("heading", name="2 changes proposed")).to_be_visible()
    row = page.get_by_role("row", name="Stop has none")
    expect(row.locator("ins")).to_have_text("Amendment")
    row.get_by_role("checkbox").uncheck()
    expect(page.get_by_text("1 of 2 picked")).to_be_visible()
    # What others do meanwhile leaves what is picked.
    tables.set(second, "area", "safety")
    expect(page.get_by_role("button", name="Commit 1 change")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="Committed")).to_be_visible()
    tables.until(second, "source", "Amendment")
    assert tables.value(first, "source") is None
    page.get_by_role("link", name="Open P1").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Look")


def test_its_starter_discards(person: People, scripts: Scripts, tables: Tables) -> None:
    tables.add([{"statement": "Stop"}])
    execution_id = scripts.run(CHANGES)
    mara, daniel = person("owner"), person("editor")
    page, other = opened(daniel, execution_id), opened(mara, execution_id)
    expect(other.get_by_text("Its changes wait for Daniel Okafor to commit or discard them.")).to_be_visible()
    page.get_by_role("button", name="Discard…").click()
    page.get_by_role("dialog").get_by_role("button", name="Discard").click()
    expect(page.get_by_role("heading", name="Discarded")).to_be_visible()
    other.reload()
    expect(other.get_by_role("heading", name="Discarded")).to_be_visible()


def test_a_failure_leads_to_its_line(person: People, scripts: Scripts) -> None:
    execution_id = scripts.run("print(1)\n\nerror('no such person')")
    page = opened(person("editor"), execution_id)
    note = page.get_by_role("alert")
    expect(note).to_contain_text("Line 3: no such person")
    expect(page.locator(".exec-source")).to_contain_text("error('no such person')")
    assert (note.get_by_role("link", name="Go to line").get_attribute("href") or "").endswith("?line=3")


def test_a_flood_of_lines_leaves_the_page_usable(person: People, scripts: Scripts) -> None:
    execution_id = scripts.run("for i = 1, 100000 do print('line ' .. i) end")
    daniel = person("editor")
    page = opened(daniel, execution_id)
    expect(page.get_by_role("alert")).to_contain_text("20,000 times, which is the limit")
    expect(page.get_by_role("log")).to_contain_text("The log was cut here")
    assert page.locator("[data-level=info]").count() <= 500
    with page.expect_download() as download:
        page.get_by_role("link", name="Whole log").click()
    assert "line 6000\n" in download.value.path().read_text()


def test_the_pages_are_accessible_in_every_window(person: People, scripts: Scripts, tables: Tables) -> None:
    tables.add([{"statement": "Stop " * 20, "source": "x " * 60}, {"statement": "Go"}])
    proposed, failed = scripts.run(CHANGES), scripts.run("print(1) error('no')", name="broken")
    waits = scripts.start("print(1)", name="waits")
    daniel = person("editor", size=PHONE)
    found = {}
    for each in (proposed, failed, waits):
        found[str(each)] = in_every_window(opened(daniel, each))
    found["list"] = in_every_window(daniel.open("automation/executions/"))
    opened(daniel, proposed).get_by_role("button", name="Discard…").click()
    found["discard"] = in_both_themes(daniel.page)
    assert {path: words for path, words in found.items() if words} == {}
