"""Browsers are called by the names under which people know them."""

from __future__ import annotations

import pytest

from workspace.account.devices import device

_WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
_IPHONE = f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) {_WEBKIT}"
_IPAD_AS_COMPUTER = f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_WEBKIT}"
_BLINK = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (f"{_IPHONE} Version/17.5 Mobile/15E148 Safari/604.1", "Safari on iPhone"),
        (f"{_IPHONE} CriOS/138.0.7204.33 Mobile/15E148 Safari/604.1", "Chrome on iPhone"),
        (f"{_IPHONE} FxiOS/140.0 Mobile/15E148 Safari/605.1.15", "Firefox on iPhone"),
        (f"{_IPHONE} Version/17.0 EdgiOS/138.0.3351.55 Mobile/15E148 Safari/605.1.15", "Edge on iPhone"),
        (f"{_IPHONE} Version/17.5 Mobile/15E148 Safari/604.1 OPT/5.2.0", "Opera on iPhone"),
        (f"{_IPAD_AS_COMPUTER} CriOS/138 Version/17.5 Safari/605.1.15", "Chrome on iPad"),
        (f"{_IPAD_AS_COMPUTER} Version/17.5 Safari/605.1.15", "Safari on macOS"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_BLINK} Safari/537.36 Edg/138.0.0.0", "Edge on Windows"),
        (f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {_BLINK} Safari/537.36", "Chrome on ChromeOS"),
        (f"Mozilla/5.0 (Linux; Android 10; K) {_BLINK} Mobile Safari/537.36", "Chrome on Android"),
        ("python-httpx/0.28.1", "Another program"),
    ],
)
def test_a_browser_is_called_by_its_name(user_agent: str, words: str):
    assert device(user_agent) == words
