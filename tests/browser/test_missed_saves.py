"""A save without a network: made when the connection is back, or offered after a reload."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from locking.models import Lease, WorkingCopy
from tests.browser.people import Person, World

MISSED_SAVE = "Object.keys(sessionStorage).find(key => key.startsWith('foundry.missed-save.'))"


def remembered_save(page: Page) -> dict[str, Any] | None:
    """What the tab remembers of a save that waits for the network."""
    found: dict[str, Any] | None = page.evaluate(f"JSON.parse(sessionStorage.getItem({MISSED_SAVE}) ?? 'null')")
    return found


def misses_a_save(person: Person) -> Page:
    """Write; the tab remembers a save of that, as after a Save without a network."""
    world = person.world
    page = person.at_work()
    person.write("Before the tunnel. ")
    world.until(lambda: WorkingCopy.objects.filter(lease__project=world.project, content__startswith="Before").exists())
    token = world.arrange(lambda: Lease.objects.get(project=world.project, ended_at=None).token)
    fields = [{"name": "prompt_text", "token": token}]
    save = {"at": "2026-07-01T15:18:00Z", "version": world.current().version_number, "message": "", "fields": fields}
    key = f"foundry.missed-save.{world.project.id}.{person.user.id}"
    page.evaluate("([key, save]) => sessionStorage.setItem(key, JSON.stringify(save))", [key, save])
    return page


# Whether the icon of the bar that is shown has a shape.
SHOWN_ICON = "bar => bar.querySelector('svg').getBBox().width > 0"


def test_going_offline_is_said_at_once_and_a_save_pressed_meanwhile_is_made_later(
    person: Callable[..., Person], world: World
) -> None:
    mara = person("owner")
    mara.expected += ["WebSocket connection to", "ERR_INTERNET_DISCONNECTED", "Failed to load resource"]
    page = mara.at_work()
    mara.write("Before the tunnel. ")
    page.context.set_offline(True)
    bar = mara.bar("Offline. Read-only. Your text is safe in this tab. Save waits until you are back online.")
    expect(bar).to_be_visible()
    # The bar is made anew when the next try is counted down to.
    assert any(bar.evaluate(SHOWN_ICON) for _attempt in range(50))
    page.keyboard.press("ControlOrMeta+s")
    expect(page.get_by_role("button", name="Saves when online").first).to_be_disabled()
    remembered = remembered_save(page) or {}
    token = world.arrange(lambda: Lease.objects.get(project=world.project, ended_at=None).token)
    assert remembered["fields"] == [{"name": "prompt_text", "token": token}]
    assert remembered.keys() == {"at", "version", "message", "fields"}
    assert world.current().version_number == remembered["version"] == 12
    page.context.set_offline(False)
    expect(mara.toast("Saved as v13")).to_be_visible()
    expect(mara.bar("Offline")).to_be_hidden()
    assert remembered_save(page) is None
    assert (world.current().prompt_text or "").startswith("Before the tunnel. ")


def test_a_missed_save_is_told_after_a_reload_and_made_by_one_click(
    person: Callable[..., Person], world: World
) -> None:
    mara = person("owner")
    page = misses_a_save(mara)
    page.reload()
    bar = mara.bar("was not made. The page was reloaded while you were offline. Your text is safe.")
    bar.get_by_role("button", name="Save now").click()
    expect(mara.toast("Saved as v13")).to_be_visible()
    expect(bar).to_be_hidden()
    assert (world.current().prompt_text or "").startswith("Before the tunnel. ")
    assert remembered_save(page) is None


def test_a_missed_save_is_made_also_after_its_lock_has_ended(person: Callable[..., Person], world: World) -> None:
    mara = person("owner")
    page = misses_a_save(mara)
    page.get_by_role("button", name="Stop editing").click()
    page.get_by_role("dialog").get_by_role("button", name="Stop editing").click()
    mara.expect_state("free")
    page.reload()
    mara.bar("was not made.").get_by_role("button", name="Save now").click()
    expect(mara.toast("Saved as v13")).to_be_visible()
    assert (world.current().prompt_text or "").startswith("Before the tunnel. ")
    expect(page.locator(".ws-bars .bar")).to_have_count(0)


def test_a_missed_save_is_not_made_on_a_version_that_was_saved_since(
    person: Callable[..., Person], world: World
) -> None:
    mara = person("owner")
    page = misses_a_save(mara)

    def save() -> None:
        writer = world.writer("editor")
        lock = writer.take("model_configuration")
        writer.save({"model_configuration": "{}"}, lock, base=12, release_locks=True)

    world.arrange(save)
    page.reload()
    mara.bar("was not made.").get_by_role("button", name="Save now").click()
    expect(mara.toast("Not saved: the project has changed since.")).to_be_visible()
    assert world.current().version_number == 13
    # Its text is still there, to be saved as usual.
    page.get_by_role("button", name="Save as v14").first.click()
    expect(mara.toast("Saved as v14")).to_be_visible()


def test_a_missed_save_that_is_declined_is_not_told_again(person: Callable[..., Person], world: World) -> None:
    mara = person("owner")
    page = misses_a_save(mara)
    page.reload()
    mara.bar("was not made.").get_by_role("button", name="Not now").click()
    expect(mara.bar("was not made.")).to_have_count(0)
    assert remembered_save(page) is None
    expect(page.get_by_role("button", name="Save as v13").first).to_be_enabled()
