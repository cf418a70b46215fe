"""Unsaved text on the server."""

from __future__ import annotations

import pytest

from locking.models import WorkingCopy
from locking.working_copies import put_working_copy
from tests.writers import Writer

pytestmark = pytest.mark.django_db


def test_only_a_higher_revision_replaces_a_kept_text(daniel: Writer):
    lock = daniel.take()

    def put(revision: int, content: str) -> int:
        return put_working_copy(
            caller=daniel.caller,
            project_id=daniel.project.id,
            session_id=daniel.session,
            field="prompt_text",
            token=lock.token,
            revision=revision,
            content=content,
        )

    assert put(3, "three") == 3
    assert put(2, "two") == 3
    assert WorkingCopy.objects.get(lease__token=lock.token).content == "three"
    daniel.save({"prompt_text": "three"}, lock, revisions={"prompt_text": 3})
    assert not WorkingCopy.objects.filter(lease__token=lock.token).exists()
