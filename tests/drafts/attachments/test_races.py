"""Pieces that are removed while they are being attached, and lists of many files."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.callers import Caller
from accounts.models import User
from blobs.models import Piece
from drafts.attachments.models import Attachment
from drafts.attachments.services import attach_file
from kernel.errors import NotFound
from projects.models import Project
from tests.drafts.attachments.files import MIB, attach, content, upload
from tests.patience import PATIENCE
from tests.rest.client import Api


def another_connection() -> psycopg.Connection[Any]:
    here = connection.settings_dict
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    return psycopg.connect(**{name: here[key] for name, key in names.items() if here[key]})


def test_the_removal_of_pieces_waits_for_a_file_that_is_being_made_of_them_and_is_refused(
    committed_db: None, project: Project, reviewer: User, caller_for: Callable[..., Caller]
) -> None:
    data = content(2 * MIB, 5)
    made = upload(caller_for(reviewer), project, data)
    row = (hashlib.sha256(data).hexdigest(), len(data), made.id)
    with another_connection() as attaching, another_connection() as removing, ThreadPoolExecutor(1) as thread:
        attaching.execute("INSERT INTO blobs_blob (sha256, size, pieces) VALUES (%s, %s, %s)", row)
        backend = removing.info.backend_pid
        removal = thread.submit(removing.execute, "DELETE FROM blobs_piece WHERE upload = %s", [made.id])
        waits = "SELECT count(*) FROM pg_locks WHERE pid = %s AND NOT granted"
        with another_connection() as watching:
            watching.autocommit = True
            while watching.execute(waits, [backend]).fetchone() == (0,):
                assert not removal.done()
        attaching.commit()
        with pytest.raises(psycopg.IntegrityError, match="never removed"):
            removal.result(timeout=PATIENCE)
    assert Piece.objects.filter(upload=made.id).exists()


def test_of_two_who_attach_one_upload_one_has_it(
    committed_db: None, project: Project, reviewer: User, caller_for: Callable[..., Caller]
) -> None:
    caller = caller_for(reviewer)
    made = upload(caller, project, content(2 * MIB, 6))
    facts: dict[str, Any] = {"subject_type": "project", "subject_id": project.id, "name": "a.bin"}

    def attempt(number: int) -> bool:
        try:
            attach_file(caller=caller, project_id=project.id, upload_id=made.id, **facts)
        except NotFound:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(attempt, range(2))) == [False, True]
    assert Attachment.objects.filter(project=project).count() == 1


@pytest.mark.django_db
@pytest.mark.empty_site
def test_a_list_takes_as_many_queries_for_one_file_as_for_twenty(
    project: Project, reviewer: User, owner: User, caller_for: Callable[..., Caller]
) -> None:
    api = Api(reviewer)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert api.get(f"projects/{project.id}/attachments/").status_code == 200
        return len(asked)

    attach(caller_for(reviewer), project, b"0")
    queries()
    one = queries()
    for number in range(1, 20):
        attach(caller_for(owner if number % 2 else reviewer), project, str(number).encode())
    assert queries() == one
