"""What the compare page takes from `drafts.compare`: renames, moves, languages, the line for people."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import User
from tests.workspace.conftest import Browser
from tests.workspace.html import elements, words
from tests.writers import Writer

pytestmark = pytest.mark.django_db

BLOCKS = [f"Line {number} says something of its own about topic {number * 7}." for number in range(12)]


def test_it_tells_renamed_files_moved_blocks_and_the_summary(browser: Browser, writer: Writer, viewer: User) -> None:
    names = ("prompt_text", "files/old.md", "files/new.md")
    prompt, old, new = (writer.take(name) for name in names)
    notes = {"language": "markdown", "content": "The same notes.\n" * 3}
    writer.save({"prompt_text": "\n".join([*BLOCKS, ""]), "files/old.md": notes}, prompt, old)
    moved = "\n".join([*BLOCKS[4:], *BLOCKS[:4], ""])
    changes = {"prompt_text": moved, "files/old.md": None, "files/new.md": notes}
    writer.save(changes, prompt, old, new, base=1)
    url = reverse("workspace:compare", args=[writer.project.id])
    response = browser(viewer).get(url, {"base": "1", "target": "2"})
    badges = [words(each) for each in elements(response, "span", class_="badge")]
    assert {"1 block moved", "Renamed from old.md"} <= set(badges)
    assert "1 file renamed" in words(elements(response, "div", class_="compare-summary")[0])
    # Lines that are folded away are asked for under the name that the older version knows.
    assert all(
        "field=files%2Fnew.md" not in each.attributes["hx-get"]
        for each in elements(response, "button", hx_swap="outerHTML")
    )
