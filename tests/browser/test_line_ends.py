"""A file of any line ends is written in the browser, and only the line that was written changes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from blobs.models import Blob
from locking.models import WorkingCopy
from tests.browser.people import Person, World

CSV = "files/ends.csv"
MIXED = 'id,text\r\n1,"first\rsecond"\r\n2,"a\nb"\n3,c\r\n\r\nlast'


@pytest.fixture
def mara(person: Callable[..., Person], world: World) -> Person:
    """Somebody in a file of mixed line ends."""

    def save() -> None:
        writer = world.writer("owner")
        writer.save({CSV: {"content": MIXED}}, writer.take(CSV), base=12, release_locks=True)

    world.arrange(save)
    mara = person("owner")
    mara.at_work(CSV)
    return mara


def saved(world: World) -> str:
    digest = world.current().sha256_of(CSV)
    return str(world.arrange(lambda: Blob.objects.get(pk=digest).text))


def test_one_changed_line_leaves_every_other_byte_as_it_was(mara: Person, world: World) -> None:
    page = mara.page
    expect(page.locator(".sheet-foot")).to_contain_text("Mixed line ends")
    mara.line("3,c").click()
    page.keyboard.press("End")
    page.keyboard.type("!")
    page.keyboard.press("ControlOrMeta+s")
    expect(mara.toast("Saved as v14")).to_be_visible()

    assert saved(world) == MIXED.replace("3,c\r\n", "3,c!\r\n")


def test_a_crlf_is_made_and_removed_as_one_line_end(mara: Person, world: World) -> None:
    page = mara.page
    mara.line("id,text").click()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.keyboard.type("0,new")
    mara.line("3,c").click()
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    mara.line("last").click()
    page.keyboard.press("Home")
    page.keyboard.press("Backspace")
    expected = 'id,text\r\n0,new\r\n1,"first\rsecond"\r\n2,"a\nb"\n\r\n3,c\r\nlast'
    world.until(lambda: WorkingCopy.objects.filter(lease__project=world.project, content=expected).exists())
    page.reload()
    expect(mara.line("0,new")).to_be_visible()
    page.get_by_role("button", name="Save as v14").first.click()
    expect(mara.toast("Saved as v14")).to_be_visible()

    assert saved(world) == expected


def test_what_is_pasted_gets_the_line_ends_of_its_place_and_a_watcher_sees_the_same(
    mara: Person, person: Callable[..., Person], world: World
) -> None:
    daniel = person("editor")
    daniel.at_work(CSV)
    page = mara.page
    mara.line("id,text").click()
    page.keyboard.press("End")
    page.evaluate("navigator.clipboard.writeText('\\nx,1\\ny,2')")
    page.keyboard.press("ControlOrMeta+v")
    expect(daniel.line("y,2")).to_be_visible()
    mara.line('b"').click()
    page.keyboard.press("End")
    page.evaluate("navigator.clipboard.writeText('\\r\\nz,3')")
    page.keyboard.press("ControlOrMeta+v")
    expect(daniel.line("z,3")).to_be_visible()
    page.keyboard.press("ControlOrMeta+s")
    expect(mara.toast("Saved as v14")).to_be_visible()

    assert saved(world) == MIXED.replace("id,text", "id,text\r\nx,1\r\ny,2").replace('b"\n', 'b"\nz,3\n')


def test_the_arrow_keys_cross_a_crlf_in_one_step(mara: Person, world: World) -> None:
    page = mara.page
    mara.line("id,text").click()
    page.keyboard.press("End")
    page.keyboard.press("ArrowRight")
    page.keyboard.type("0;")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowLeft")
    page.keyboard.type(",more")
    page.keyboard.press("ControlOrMeta+s")
    expect(mara.toast("Saved as v14")).to_be_visible()

    assert saved(world) == MIXED.replace("id,text\r\n", "id,text,more\r\n0;")
