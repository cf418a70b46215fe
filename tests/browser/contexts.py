"""Browser contexts that are used again: the next person's window finds the files of the site there, and nothing else.

A new context costs a third of a page: the browser starts a process for it, which fetches, reads and compiles a
megabyte of scripts and styles. So a context goes from one window to the next, without its pages, cookies and storage;
a page without scripts (`ANCHOR`) keeps its process. What cannot be taken back ends with the window: `CHANGES` and
`CLOCK_CHANGES` name the calls.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import wraps
from typing import Any, Literal
from weakref import WeakKeyDictionary

from playwright.sync_api import Browser, BrowserContext, Page

from tests.patience import PATIENCE

Scheme = Literal["light", "dark"]
Size = tuple[int, int]
Kind = tuple[Scheme, Size]

ANCHOR = "/healthz"
# Calls after which a context is another one for good.
CHANGES = (
    "add_init_script",
    "clear_permissions",
    "expose_binding",
    "expose_function",
    "grant_permissions",
    "on",
    "once",
    "route",
    "route_from_har",
    "route_web_socket",
    "set_default_navigation_timeout",
    "set_extra_http_headers",
    "set_geolocation",
)
CLOCK_CHANGES = ("install", "set_fixed_time", "set_system_time")

_free: WeakKeyDictionary[Browser, dict[Kind, list[BrowserContext]]] = WeakKeyDictionary()
_changed: set[BrowserContext] = set()


def open_page(browser: Browser, url: str, scheme: Scheme, size: Size) -> Page:
    """An empty page in a context that knows nobody and keeps nothing of the site at `url` but its files."""
    free = _free.setdefault(browser, defaultdict(list))[scheme, size]
    if not free:
        context = _new(browser, scheme, size)
        context.new_page().goto(url + ANCHOR)
        return context.new_page()
    page = free.pop().new_page()
    devtools = page.context.new_cdp_session(page)
    devtools.send("Storage.clearDataForOrigin", {"origin": url, "storageTypes": "all"})
    devtools.detach()
    return page


def give_back(browser: Browser, context: BrowserContext, scheme: Scheme, size: Size) -> None:
    """Close a window's pages; its context is for the next one, unless the test has changed it."""
    if context in _changed:
        _changed.remove(context)
        context.close()
        return
    for page in context.pages:
        if not page.url.endswith(ANCHOR):
            page.close()
    context.clear_cookies()
    context.set_offline(False)
    _free[browser][scheme, size].append(context)


def _new(browser: Browser, scheme: Scheme, size: Size) -> BrowserContext:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,
        locale="en-GB",
        timezone_id="Europe/Stockholm",
        permissions=["clipboard-read", "clipboard-write"],
    )
    context.set_default_timeout(PATIENCE * 1000)
    for target, names in ((context, CHANGES), (context.clock, CLOCK_CHANGES)):
        for name in names:
            setattr(target, name, _noted(context, getattr(target, name)))
    return context


def _noted(context: BrowserContext, call: Callable[..., Any]) -> Callable[..., Any]:
    """The same call, after which the context is not used again."""

    @wraps(call)
    def noted(*arguments: Any, **more: Any) -> Any:
        _changed.add(context)
        return call(*arguments, **more)

    return noted
