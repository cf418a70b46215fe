"""One list of shortcuts: help, handlers and the guide say the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from accounts.models import User
from audit.models import Event
from tests.matrix import declared
from tests.workspace.conftest import Browser
from tests.workspace.html import elements
from workspace.shortcuts import SHORTCUTS

pytestmark = pytest.mark.empty_site

ROOT = Path(settings.BASE_DIR)
# Those of a stage are heard by its own scripts.
TRUNK = set(SHORTCUTS) - set(declared("SHORTCUTS"))


def test_every_shortcut_has_somebody_who_listens() -> None:
    templates = "\n".join(path.read_text() for path in (ROOT / "templates").rglob("*.html"))
    scripts = "\n".join(path.read_text() for path in (ROOT / "frontend" / "src").rglob("*.ts"))
    heard = re.findall(r"shortcut:([a-z-]+)@window", templates) + re.findall(r'isPressed\("([a-z-]+)"', scripts)
    assert set(heard) == TRUNK


def test_no_two_have_the_same_keys() -> None:
    keys = [shortcut.keys for shortcut in SHORTCUTS.values()]
    assert len(set(keys)) == len(keys)


def test_the_guide_lists_them() -> None:
    guide = (ROOT / "docs" / "user-guide.md").read_text()
    for shortcut in (SHORTCUTS[name] for name in TRUNK):
        keys = "+".join(str(cap) for _key, cap in shortcut.caps)
        assert f"| {keys} | {shortcut.label} |" in guide


@pytest.mark.django_db
def test_who_switches_them_off_has_none_anywhere(browser: Browser, editor: User) -> None:
    client = browser(editor)
    (given,) = elements(client.get("/projects/"), "script", id="shortcuts-data")
    assert '"palette"' in given.text
    client.post(reverse("workspace:switch_shortcuts"), {"shortcuts": "off"})
    editor.refresh_from_db()
    assert not editor.uses_shortcuts
    event = Event.objects.get(action="account.changed")
    assert event.data == {"before": {"uses_shortcuts": True}, "after": {"uses_shortcuts": False}}
    response = client.get("/projects/")
    (given,) = elements(response, "script", id="shortcuts-data")
    assert given.text == "[]"
    assert elements(response, "html")[0].attributes["data-shortcuts"] == "off"
    client.post(reverse("workspace:switch_shortcuts"), {"shortcuts": "off"})
    assert Event.objects.filter(action="account.changed").count() == 1
