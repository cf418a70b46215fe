"""Files as somebody pastes, drops, chooses and downloads them."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, Page

from tests.browser.people import Person
from tests.browser.test_comments_and_tasks import tab

MIB = 1024 * 1024
# A picture is drawn in the page, and comes as the clipboard or a folder would give it.
GIVE = """async ([selector, type, names]) => {
  const canvas = document.createElement("canvas");
  const picture = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  const data = new DataTransfer();
  for (const name of names) data.items.add(new File([picture], name, {type: "image/png"}));
  const how = {bubbles: true, cancelable: true};
  const event = type === "paste" ? new ClipboardEvent(type, {clipboardData: data, ...how})
    : new DragEvent(type, {dataTransfer: data, ...how});
  document.querySelector(selector).dispatchEvent(event);
}"""


def give(page: Page, selector: str, how: str, *names: str) -> None:
    page.evaluate(GIVE, [selector, how, list(names)])


def files(page: Page, of: str = "On the project") -> Locator:
    return page.get_by_role("region", name=of)


def choose(page: Page, block: Locator, *paths: Path) -> None:
    with page.expect_file_chooser() as chooser:
        block.get_by_role("button", name="Add…").click()
    chooser.value.set_files(list(paths))


def download(block: Locator, name: str) -> Locator:
    return block.get_by_role("link", name=f"Download {name}")


def at_files(who: Person) -> Locator:
    page = who.at_work()
    tab(page, "Attachments")
    return files(page)
