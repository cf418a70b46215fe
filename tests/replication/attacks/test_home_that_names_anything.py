"""A home may name any hash in its record: it shows nothing of what other projects here have."""

from __future__ import annotations

import pytest

from accounts.callers import Caller
from stages.replication.home.named import copied_texts
from stages.replication.home.texts import read_texts
from stages.replication.home.wanting import fetch_text
from stages.replication.models import WantedContent
from tests.replication.home.copying import CopiedProject

pytestmark = pytest.mark.django_db


def test_a_text_that_only_another_project_has_is_not_shown_by_its_hash(recorded: CopiedProject) -> None:
    # All texts that home names are in this database, as those of other projects.
    recorded.take_all()
    owner = recorded.people["owner"]
    digest = next(iter(recorded.texts))
    assert copied_texts(recorded.id, [digest]) == {}
    assert fetch_text(caller=Caller(user=owner, via="test"), project_id=recorded.id, sha256=digest) is None
    assert read_texts(owner, recorded.id, {"prompt_text": digest})[0].text is None
    recorded.fetch_texts()
    kept = WantedContent.objects.filter(project=recorded.id, blob__isnull=False).values_list("hash", flat=True)
    assert digest in kept
    assert copied_texts(recorded.id, [digest]) == {digest: recorded.texts[digest]}
