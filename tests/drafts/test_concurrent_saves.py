"""Eight writers of one project at once: every acknowledged save is there once, and no number is missing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from audit.verification import verify_chain
from drafts.models import Draft
from tests.writers import Writer

WRITERS = 8
ROUNDS = 5


@pytest.fixture
def project(committed_db, make_project):
    return make_project("Eight at once")


def test_no_save_is_lost_and_no_version_number_is_missing(project, owner, caller_for):
    def work(number: int) -> list[tuple[str, int]]:
        try:
            writer = Writer(caller_for(owner), project)
            field = f"files/{number}.md"
            lock = writer.take(field)
            saved: list[tuple[str, int]] = []
            for turn in range(ROUNDS):
                text = f"writer {number}, turn {turn}"
                draft = writer.save({field: {"content": text}}, lock, base=saved[-1][1] if saved else 0)
                saved.append((text, draft.version_number))
            return saved
        finally:
            connection.close()

    with ThreadPoolExecutor(WRITERS) as pool:
        acknowledged = [each for saves in pool.map(work, range(WRITERS)) for each in saves]

    drafts = {draft.version_number: draft for draft in Draft.objects.filter(project=project)}
    assert sorted(drafts) == list(range(1, WRITERS * ROUNDS + 1))
    assert sorted(version for _, version in acknowledged) == sorted(drafts)
    assert verify_chain(str(project.id)).finding is None
    assert len(drafts[WRITERS * ROUNDS].fields) == WRITERS
