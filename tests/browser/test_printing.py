"""A printed page is a whole copy: every line once, and nothing over anything else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from publishing.models import Release
from tests.browser.people import Person, World
from tests.browser.signers import submit

LINES = 1_200
BROKEN = """all => {
  const range = document.createRange();
  return all.filter(one => {
    range.selectNodeContents(one);
    return range.getClientRects().length > 1;
  }).map(one => one.textContent);
}"""


def long_prompt(world: World) -> None:
    def save() -> None:
        mara = world.writer("owner")
        text = "\n".join(f"Line {number} of the prompt." for number in range(1, LINES + 1))
        mara.save({"prompt_text": text}, mara.take(), base=12, release_locks=True)

    world.arrange(save)


def tops(page: Page, selector: str) -> list[float]:
    """Where the boxes of what is printed begin and end, one after the other."""
    boxes: list[list[float]] = page.eval_on_selector_all(
        selector, "all => all.map(one => one.getBoundingClientRect()).map(({ top, bottom }) => [top, bottom])"
    )
    return [edge for box in boxes for edge in box]


@pytest.mark.parametrize("path", ["", "versions/13/"])
def test_all_lines_are_printed_with_their_number(person: Callable[..., Person], world: World, path: str) -> None:
    long_prompt(world)
    mara = person("owner")
    page = mara.at_work() if path == "" else mara.open(path)
    page.emulate_media(media="print")

    # The page of the workspace fetches them for the printer.
    expect(page.locator("table.past-lines tr")).to_have_count(LINES)
    lines = page.locator("table.past-lines tr").all_inner_texts()
    assert [line.split() for line in lines] == [
        [str(number), "Line", str(number), "of", "the", "prompt."] for number in range(1, LINES + 1)
    ]
    assert "1,200 lines" in page.locator("main").inner_text().replace("1200 lines", "1,200 lines")
    assert page.eval_on_selector_all("table.past-lines th", BROKEN) == []
    edges = tops(page, "table.past-lines tr")
    assert edges == sorted(edges)
    if path:
        assert tops(page, ".past-facts")[0] >= edges[-1]
    # Chromium cuts a scroll box where its page ends, and prints on over what follows a flexible one.
    wrong = page.eval_on_selector_all(
        "main, main :has(table.past-lines)",
        """all => all.filter(one => {
          const { overflowY, display } = getComputedStyle(one);
          return overflowY !== "visible" || display !== "block";
        }).map(one => one.className)""",
    )
    assert wrong == []
    assert len(page.pdf(format="A4")) > 0


def test_where_a_file_lies_is_printed_in_its_line(person: Callable[..., Person], world: World) -> None:
    name = "files/tables/renal-impairment/creatinine_clearance_table.yaml"

    def make() -> Release:
        writer = world.writer("editor")
        content = {"language": "yaml", "content": "a: 1\n"}
        writer.save({name: content}, writer.take(name), base=12, release_locks=True)
        return submit(world, "1.0", 13)

    release = world.arrange(make)
    page = person("owner").open(f"releases/{release.id}/")
    page.emulate_media(media="print")
    # The width of a page of A4 without its margins.
    page.set_viewport_size({"width": 700, "height": 1000})
    path = page.locator(".change-row > .path", has_text="creatinine")
    assert path.evaluate("one => one.getBoundingClientRect().height") < 3 * 24
    # What only a screen has use for is not on paper.
    for words in ("Read and comment here", "Mark as read", "Download"):
        expect(page.get_by_text(words).filter(visible=True)).to_have_count(0)
