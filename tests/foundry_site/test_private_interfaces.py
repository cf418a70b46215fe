"""What is used of a library that may change without notice is listed, with the test that notices it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

from tests.foundry_site.private_interfaces import used

HEADING = "## Private interfaces that Foundry uses"
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (settings.BASE_DIR / "docs" / "dependencies.md").read_text().partition(HEADING)[2].splitlines()
    if line.startswith("|")
][2:]
LISTED = {name for row in ROWS for name in re.findall(r"`([^`]+)`", row[0])}


def listed(name: str) -> bool:
    """Whether a name is there, by itself or as the end of a longer one."""
    return any(each == name or each.endswith(f".{name}") for each in LISTED)


def test_every_private_interface_that_is_used_is_listed() -> None:
    assert {name for name in used() if not listed(name)} == set()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:40])
def test_every_listed_interface_is_used_and_has_a_test(row: list[str]) -> None:
    names, places, _why, noticed = row
    sources = "\n".join(read(place) for place in re.findall(r"`([^`]+\.py)`", places))
    for name in re.findall(r"`([^`]+)`", names):
        assert name.rpartition(".")[2] in sources, f"{name} is not used there any more"
    tests = re.findall(r"`([^`]+\.py)::(\w+)`", noticed)
    assert tests
    for place, test in tests:
        assert f"def {test}(" in read(place)


def read(place: str) -> str:
    return (Path(settings.BASE_DIR) / place).read_text()
