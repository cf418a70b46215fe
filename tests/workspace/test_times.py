"""Times stand in the reader's zone with their UTC on hover; records say UTC in words."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template
from django.test import RequestFactory

TEMPLATES = Path(settings.BASE_DIR) / "templates"
# For machines: an address, the value of an input, an attribute.
FOR_MACHINES = {"c", "Y-m-d"}
# The audit trail is read in UTC only, and says so in its heads.
IN_UTC = TEMPLATES / "workspace" / "audit"


def test_no_template_writes_a_time_by_itself() -> None:
    found = [
        f"{path.relative_to(TEMPLATES)}: {form}"
        for path in TEMPLATES.rglob("*.html")
        if IN_UTC not in path.parents
        for form in re.findall(r"""\|(?:date|time|timesince|timeuntil):?["']?([^"'|}]*)""", path.read_text())
        if form not in FOR_MACHINES
    ]
    assert found == []


@pytest.mark.parametrize(
    ("form", "shown"),
    [
        ("short", "3 Feb 2025 23:30"),
        ("day", "3 Feb 2025"),
        ("time", "23:30"),
        ("full", "3 Feb 2025, 14:30:05 UTC"),
    ],
)
def test_each_form_has_its_utc_on_hover(form: str, shown: str) -> None:
    request = RequestFactory().get("/")
    request.COOKIES["zone"] = "Asia/Tokyo"
    moment = datetime(2025, 2, 3, 14, 30, 5, tzinfo=UTC)
    template = Template('{% load foundry %}{% when moment "' + form + '" %}')
    written = template.render(Context({"request": request, "moment": moment}))
    assert 'title="3 Feb 2025, 14:30:05 UTC"' in written
    assert 'datetime="2025-02-03T14:30:05.000Z"' in written
    assert f">{shown}</time>" in written
