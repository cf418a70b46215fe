"""The copied record in a project's file."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest

from drafts.exchange.registry import EXPORTED_TABLES, Row, exported_contents, exported_rows
from stages.replication.home.exchange import CHECK
from stages.replication.models import WantedContent
from tests.replication.home.copying import CopiedProject

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(copied: CopiedProject) -> dict[str, list[Row]]:
    """What the project's file has of the copy, as it is read again."""
    found: dict[str, list[Row]] = defaultdict(list)
    for kind, values in exported_rows(copied.id):
        if kind in CHECK.types:
            found[kind].append(EXPORTED_TABLES[kind].read(values))
    return found


def faults(rows: dict[str, list[Row]]) -> list[str]:
    return list(CHECK.faults(rows))


def test_the_file_has_every_event_the_checkpoint_and_the_contents(
    copied: CopiedProject, rows: dict[str, list[Row]]
) -> None:
    assert (len(rows["copied_event"]), len(rows["copied_checkpoint"])) == (copied.taken[-1].seq, 1)
    assert faults(rows) == []
    kept = set(WantedContent.objects.filter(project=copied.project).values_list("blob", flat=True))
    assert kept <= set(exported_contents(copied.id))


@pytest.mark.parametrize(
    ("kind", "members", "words"),
    [
        ("copied_event", {"canonical": "{}"}, "Event 3 of the copied record is missing, or was changed."),
        ("copied_event", {"hash": bytes(32)}, "Event 3 of the copied record is missing, or was changed."),
        ("copied_checkpoint", {"signature": bytes(64)}, "its seal does not fit its text"),
        ("copied_checkpoint", {"hash": bytes(32)}, "is not in the file"),
        ("copied_checkpoint", {"number": 99}, "its number or key is not the one in its text"),
    ],
)
def test_a_changed_copy_is_named(rows: dict[str, list[Row]], kind: str, members: dict[str, Any], words: str) -> None:
    number = 2 if kind == "copied_event" else 0
    rows[kind][number] = {**rows[kind][number], **members}
    (found,) = faults(rows)
    assert words in found


def test_a_missing_event_is_named(rows: dict[str, list[Row]]) -> None:
    del rows["copied_event"][2]
    assert faults(rows) == ["Event 3 of the copied record is missing, or was changed."]
