"""What the database refuses of copied events, whoever writes them."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from audit.chain import first_prev_hash, link_hash
from projects.models import Project
from stages.replication.models import CopiedEvent

AT = datetime(2026, 12, 1, 8, 30, 0, 123456, tzinfo=UTC)


def copy_of(
    project: Project, seq: int, prev: bytes, canonical: str = '{"action":"a"}', **changed: object
) -> CopiedEvent:
    facts: dict[str, object] = {
        "project": project,
        "site": project.id,
        "chain": str(project.id),
        "seq": seq,
        "at": AT,
        "canonical": canonical,
        "prev_hash": prev,
        "hash": link_hash(prev_hash=prev, seq=seq, at=AT, canonical=canonical),
    }
    return CopiedEvent(**facts)


@pytest.mark.django_db
def test_a_chain_is_copied_event_by_event(project: Project) -> None:
    first = copy_of(project, 1, first_prev_hash(str(project.id)))
    first.save()
    copy_of(project, 2, bytes(first.hash)).save()
    assert list(CopiedEvent.objects.filter(project=project).values_list("seq", flat=True)) == [1, 2]


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", ["canonical", "hash", "prev_hash", "seq", "site", "chain"])
def test_what_does_not_follow_is_refused(project: Project, wrong: str) -> None:
    first = copy_of(project, 1, first_prev_hash(str(project.id)))
    first.save()
    value = {
        "canonical": '{"action":"b"}',
        "hash": bytes(32),
        "prev_hash": bytes(32),
        "seq": 3,
        "site": uuid4(),
        "chain": "site",
    }[wrong]
    second = copy_of(project, 2, bytes(first.hash))
    setattr(second, wrong, value)
    with pytest.raises(IntegrityError, match="does not follow"), transaction.atomic():
        second.save()


@pytest.mark.django_db
def test_a_copy_never_changes(project: Project) -> None:
    copy_of(project, 1, first_prev_hash(str(project.id))).save()
    copies = CopiedEvent.objects.filter(project=project)
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        copies.update(canonical="{}")
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        copies._raw_delete(copies.db)
