"""`verify_audit` at a replica names the first thing that is wrong with its copies."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from stages.replication.home.verification import check_copies
from stages.replication.models import CopiedCheckpoint, CopiedEvent, WantedContent
from tests.replication.home.copying import CopiedProject
from tests.replication.tampering import triggers_off

pytestmark = pytest.mark.django_db


def findings() -> list[str]:
    return [str(finding) for finding in check_copies()]


def test_a_copy_as_it_came_has_nothing_wrong(copied: CopiedProject) -> None:
    assert findings() == []


def _alter_text(project: CopiedProject) -> None:
    for seq in (9, 4):
        event = CopiedEvent.objects.get(project=project.project, seq=seq)
        altered = event.canonical.replace('"kind":"human"', '"kind":"agent"')
        CopiedEvent.objects.filter(pk=event.pk).update(canonical=altered)


def _alter_hash(project: CopiedProject) -> None:
    CopiedEvent.objects.filter(project=project.project, seq=4).update(hash=bytes(32))


def _remove(project: CopiedProject) -> None:
    CopiedEvent.objects.filter(project=project.project, seq=4).delete()


@pytest.mark.parametrize(
    ("alter", "words"),
    [(_alter_text, "content or time was changed"), (_alter_hash, "hash does not fit"), (_remove, "event 4 is missing")],
)
def test_the_first_altered_event_is_named(
    copied: CopiedProject, alter: Callable[[CopiedProject], None], words: str
) -> None:
    with triggers_off():
        alter(copied)
    (found,) = findings()
    assert f"copy of {copied.id}#4" in found
    assert words in found


def test_a_copy_whose_end_was_cut_off_is_noticed(copied: CopiedProject) -> None:
    last = copied.taken[-1].seq
    with triggers_off():
        CopiedCheckpoint.objects.filter(project=copied.project).delete()
        CopiedEvent.objects.filter(project=copied.project, seq=last).delete()
    found = findings()[0]
    assert f"event {last}, which a checkpoint vouched for, is gone" in found


def test_a_checkpoint_of_somebody_else_is_noticed(copied: CopiedProject) -> None:
    with triggers_off():
        CopiedCheckpoint.objects.filter(project=copied.project).update(signature=bytes(64))
    (found,) = findings()
    assert "its seal does not fit its text" in found


def test_a_content_that_nothing_names_is_noticed(copied: CopiedProject) -> None:
    kept = WantedContent.objects.filter(project=copied.project, blob__isnull=False).first()
    assert kept is not None
    with triggers_off():
        WantedContent.objects.filter(pk=kept.pk).update(hash="ab" * 32)
    (found,) = findings()
    assert "nothing in its project names it" in found
