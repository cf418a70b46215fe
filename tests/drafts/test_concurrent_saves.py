"""Eight writers of one project at once: every acknowledged save is there once, and no number is missing."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import connection

from audit.verification import verify_chain
from drafts.models import Draft
from drafts.services import change_files
from kernel.errors import DomainError
from locking.models import Lease
from projects.services import add_member
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


def test_a_rename_and_the_writer_of_the_file_never_pass_each_other(project, owner, editor, caller_for):
    """Whoever comes second is refused: no save lands under a name that is gone, and no lock stays on one."""
    add_member(caller=caller_for(owner), project_id=project.id, user_id=editor.id, role="editor")
    names = ("files/a.md", "files/b.md")
    first = Writer(caller_for(owner), project)
    first.save({names[0]: {"content": "first"}}, first.take(names[0]), release_locks=True)

    def rename() -> int:
        return sum(did(partial(change, *names)) + did(partial(change, *reversed(names))) for _ in range(ROUNDS))

    def change(old: str, new: str) -> None:
        version = Draft.objects.of_project(project.id)[0].version_number
        change_files(
            caller=caller_for(owner), project_id=project.id, session_id=None, base_version=version, renames={new: old}
        )

    def write() -> int:
        writer = Writer(caller_for(editor), project)
        return sum(did(partial(save, writer, turn)) for turn in range(2 * ROUNDS))

    def save(writer: Writer, turn: int) -> None:
        current = Draft.objects.of_project(project.id)[0]
        (name,) = current.fields
        lock = writer.take(name)
        try:
            writer.save({name: {"content": f"turn {turn}"}}, lock, base=current.version_number)
        finally:
            writer.give_back(name)

    with ThreadPoolExecutor(2) as pool:
        renames, saves = [each.result() for each in (pool.submit(closing(rename)), pool.submit(closing(write)))]

    drafts = Draft.objects.filter(project=project)
    assert drafts.count() == 1 + renames + saves
    assert drafts.filter(renamed__isnull=False).count() == renames
    assert all(len(draft.fields) == 1 for draft in drafts)
    assert not Lease.objects.open().filter(project=project).exists()
    assert verify_chain(str(project.id)).finding is None


def did(act: Callable[[], object]) -> int:
    """Whether it was done and not refused, as a number."""
    try:
        act()
    except DomainError:
        return 0
    return 1


def closing(work: Callable[[], int]) -> Callable[[], int]:
    """The work of a thread, which closes its own connection."""

    def run() -> int:
        try:
            return work()
        finally:
            connection.close()

    return run
