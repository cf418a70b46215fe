from __future__ import annotations

import gzip
from collections.abc import Callable

from playwright.sync_api import expect

from projects.services import change_role, remove_member
from tests.browser.people import Person, World

MAX_SCRIPTS = 300_000


def test_a_smaller_role_ends_the_writing_and_keeps_the_text(person: Callable[..., Person], world: World) -> None:
    daniel = person("editor")
    page = daniel.at_work()
    daniel.write("Still mine. ")
    expect(page.locator("[data-foot-target=kept]")).to_contain_text("Backed up")
    owner, project_id, user_id = world.caller("owner"), world.project.id, daniel.user.id
    world.arrange(
        lambda: change_role(caller=owner, project_id=project_id, user_id=user_id, role="viewer", reason="Leave")
    )
    expect(daniel.bar("You see your own text, which is safe.")).to_be_visible()
    expect(daniel.toast("Your role in this project has changed.")).to_be_visible()
    daniel.expect_state("reading")
    expect(daniel.text).to_have_attribute("contenteditable", "false")
    expect(daniel.line("Still mine.")).to_be_visible()


def test_who_is_removed_is_told_so(person: Callable[..., Person], world: World) -> None:
    daniel = person("editor")
    daniel.at_work()
    # What the page asks for again while it is told is not there for him.
    daniel.expected.append("status of 404")
    owner, project_id, user_id = world.caller("owner"), world.project.id, daniel.user.id
    world.arrange(lambda: remove_member(caller=owner, project_id=project_id, user_id=user_id, reason="Left"))
    expect(daniel.bar("You can no longer see this project.")).to_be_visible()
    expect(daniel.text).to_have_attribute("contenteditable", "false")


def test_who_is_removed_while_watching_reads_no_more_of_typing(person: Callable[..., Person], world: World) -> None:
    mara, daniel = person("owner"), person("editor")
    mara.at_work()
    daniel.at_work()
    daniel.expected.append("status of 404")
    mara.write("Hers. ")
    reading = daniel.page.locator("[data-foot-target=reading]")
    expect(reading).to_contain_text("writes in line 1")
    owner, project_id, user_id = world.caller("owner"), world.project.id, daniel.user.id
    world.arrange(lambda: remove_member(caller=owner, project_id=project_id, user_id=user_id, reason="Left"))
    expect(daniel.bar("You can no longer see this project.")).to_be_visible()
    expect(reading.locator("span")).to_have_text("Read-only.")


def test_the_scripts_of_the_heaviest_page_stay_small(person: Callable[..., Person]) -> None:
    mara = person("owner")
    bodies: list[bytes] = []
    mara.page.on("response", lambda answer: bodies.append(answer.body()) if answer.url.endswith(".js") else None)
    mara.at_work()
    assert bodies
    assert sum(len(gzip.compress(body)) for body in bodies) < MAX_SCRIPTS
