"""What must hold for every page: no inline code, every text and icon there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.event_types import EVENT_TYPES, INBOX_LINES
from projects.models import Project
from tests.workspace.conftest import Browser
from tests.workspace.html import elements
from workspace.script_texts import script_texts

pytestmark = pytest.mark.django_db

ROOT = Path(settings.BASE_DIR)
PAGES = ("workspace", "history", "compare", "releases", "members", "activity", "settings")


def templates() -> Iterator[str]:
    for path in sorted((ROOT / "templates").rglob("*.html")):
        yield path.read_text()


def scripts() -> Iterator[str]:
    """Those of the trunk, and of the stages that are installed."""
    source = ROOT / "frontend" / "src"
    stages = {each.name for each in (ROOT / "stages").iterdir()}
    left_out = {name for name in stages if not apps.is_installed(f"stages.{name}")}
    for path in sorted(source.rglob("*.ts")):
        if path.relative_to(source).parts[0].partition("_")[0] not in left_out:
            yield path.read_text()


def addresses(project: Project) -> list[str]:
    return ["/projects/", "/account/", "/inbox/", *(reverse(f"workspace:{name}", args=[project.id]) for name in PAGES)]


def test_no_page_has_inline_code(browser: Browser, two_versions: Project, owner: User, client: Client) -> None:
    pages = [browser(owner).get(url) for url in addresses(two_versions)]
    pages += [client.get(reverse("account_login")), browser(owner).get(reverse("account_change_password"))]
    pages += [browser(owner).get("/no/such/page")]
    for response in pages:
        policy = response["Content-Security-Policy"]
        assert "unsafe" not in policy
        for element in elements(response):
            assert not {"style", "onclick", "onload"} & element.attributes.keys()
            assert element.tag != "style"
            if element.tag == "script" and element.attributes.get("type") != "application/json":
                assert element.attributes["src"].startswith("/static/dist/")
                assert f"'nonce-{element.attributes['nonce']}'" in policy


def test_every_text_of_the_script_is_written_and_used() -> None:
    source = "\n".join(scripts())
    used = set(re.findall(r'"((?:[a-z_]+\.)*[a-z_]+)"', source))
    # The sample stage has texts, but no scripts.
    written = {key for key in script_texts() if not key.startswith("sample_stage.")}
    said = set(re.findall(r'\bsay\(\s*"([^"]+)"', source))
    counted = {f"{key}.{number}" for key in re.findall(r'\bcount\(\s*"([^"]+)"', source) for number in ("one", "other")}
    assert (said | counted) <= written
    assert not {key for key in written if key not in used | counted}


def test_every_icon_is_in_the_sprite() -> None:
    known = set(json.loads((ROOT / "frontend" / "icons.json").read_text()))
    used = {name for source in templates() for name in re.findall(r'{% icon "([a-z0-9-]+)"', source)}
    assert used <= known
    from projects import field_names

    assert {each.icon for each in EVENT_TYPES.values()} | {line.icon for line in INBOX_LINES.values()} <= known
    assert {field_names.icon(f"files/a{suffix}") for suffix in ("", ".md", ".yaml", ".jsonl", ".json")} <= known


def test_every_refusal_has_a_page() -> None:
    for name in ("400", "403", "403_csrf", "404", "500"):
        assert '<main id="main" class="notice">' in render_to_string(f"{name}.html")
