"""Nobody is signed out without a word, and who only reads is there, too (WCAG 2.2.1)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.db.models.functions import Now
from playwright.sync_api import Page, expect

from tests.browser.people import Person, World


def opened(mara: Person, path: str = "history/") -> Page:
    """A page whose clock the test moves."""
    mara.page.clock.install()
    return mara.open(path)


def passes(world: World, **much: float) -> None:
    """The last act was so long ago, as the server remembers it."""
    rows = UserSession.objects.filter(user=world.people["owner"])
    world.arrange(lambda: rows.update(last_seen_at=Now() - timedelta(**much)))


def was_used_lately(world: World) -> bool:
    rows = UserSession.objects.filter(user=world.people["owner"], last_seen_at__gt=Now() - timedelta(seconds=30))
    return bool(rows.exists())


def test_a_bar_warns_before_the_idle_sign_out_and_one_click_stays(person: Callable[..., Person], world: World) -> None:
    page = opened(person("owner"))
    bar = page.locator(".page-bars .bar")
    passes(world, minutes=20)
    page.clock.run_for(20 * 60_000)
    expect(bar).to_have_count(0)
    passes(world, minutes=28, seconds=30)
    page.clock.run_for(510_000)
    expect(bar).to_contain_text("You will be signed out at")
    bar.get_by_role("button", name="Stay signed in").press("Enter")
    expect(bar).to_have_count(0)
    world.until(lambda: was_used_lately(world))


def test_reading_counts_as_use_and_a_page_by_itself_does_not(person: Callable[..., Person], world: World) -> None:
    page = opened(person("owner"))
    passes(world, minutes=10)
    with page.expect_response("**/inbox/count/"):
        page.clock.run_for(5 * 60_000)
    assert not world.arrange(lambda: was_used_lately(world))
    page.mouse.wheel(0, 200)
    world.until(lambda: was_used_lately(world))


def test_activity_is_told_at_most_once_a_minute(person: Callable[..., Person], world: World) -> None:
    page = opened(person("owner"))
    said: list[str] = []
    page.on("request", lambda request: said.append(request.method) if "/accounts/session/" in request.url else None)
    for step in range(1, 5):
        page.mouse.move(10 * step, 10)
    assert said == []
    page.clock.run_for(61_000)
    with page.expect_response("**/accounts/session/"):
        page.mouse.move(200, 200)
    page.mouse.move(300, 300)
    page.mouse.wheel(0, 50)
    assert said == ["POST"]


def test_the_end_of_the_sign_in_is_announced(person: Callable[..., Person], world: World) -> None:
    page = opened(person("owner"))
    rows = UserSession.objects.filter(user=world.people["owner"])
    world.arrange(lambda: rows.update(created_at=Now() - timedelta(hours=12) + timedelta(seconds=90)))
    page.clock.run_for(28 * 60_000 + 30_000)
    expect(page.locator(".page-bars .bar")).to_contain_text("Your sign-in ends at")


def test_a_page_says_that_its_person_was_signed_out(person: Callable[..., Person], world: World) -> None:
    mara = person("owner")
    mara.expected.append(r"401 \(Unauthorized\)")
    page = opened(mara, "releases/new/")
    name = page.locator("#release-name")
    name.fill("Still here")
    passes(world, minutes=31)
    page.clock.run_for(29 * 60_000)
    expect(page.locator(".page-bars .bar")).to_contain_text("You are signed out.")
    name.press("Enter")
    expect(name).to_have_value("Still here")
    expect(page).to_have_url(re.compile("releases/new"))
