"""A context goes from one window to the next with the files of the site, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

from tests.browser.people import Person

# What a page can keep in its browser; the answers are the names of what is there.
KEEP = """async () => {
  localStorage.setItem("kept", "1");
  sessionStorage.setItem("kept", "1");
  document.cookie = "kept=1; path=/";
  await new Promise(done => { indexedDB.open("kept").onsuccess = done; });
  await caches.open("kept");
}"""
KEPT = """async () => [
  ...Object.keys(localStorage),
  ...Object.keys(sessionStorage),
  ...document.cookie.split("; ").filter(each => each.startsWith("kept")),
  ...(await indexedDB.databases()).map(({ name }) => name).filter(name => name === "kept"),
  ...(await caches.keys()),
]"""


def test_the_next_window_finds_nothing_of_the_one_before(person: Callable[..., Person]) -> None:
    first = person("owner")
    page = first.open("members/")
    page.evaluate(KEEP)
    assert page.evaluate(KEPT).count("kept") == 4  # and the cookie
    first.page.context.set_offline(True)
    first.close()

    second = person("editor")
    assert second.page.context == first.page.context
    assert [each for each in second.open("members/").evaluate(KEPT) if each.startswith("kept")] == []
    assert second.page.get_by_text("Daniel Okafor").count()


def test_a_context_that_a_test_has_changed_is_not_used_again(person: Callable[..., Person]) -> None:
    first = person("owner")
    first.page.clock.set_fixed_time(0)
    first.close()
    second = person("owner")
    assert second.page.context != first.page.context
    assert second.page.evaluate("Date.now()") > 0
