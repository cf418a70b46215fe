"""Files on records: with what was merged into them, in replicas too, and not on what is deleted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from drafts.attachments.models import Attachment
from drafts.attachments.services import remove_attachment
from kernel.errors import NotFound, ProjectFrozen
from projects.access import get_project
from projects.models import Project, Status
from stages.registers import verbs
from tests.cast import new_project
from tests.drafts.attachments.files import attach
from tests.registers.storing.world import Desk
from workspace.attachments.block import block_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(project: Project, editor: Any, caller_for: Callable[..., Any]) -> Desk:
    desk = Desk(project, caller_for(editor))
    desk.create_table()
    return desk


def attach_to(desk: Desk, record: str, content: bytes = b"a") -> Attachment:
    return attach(desk.caller, desk.project, content, subject_type="record", subject_id=UUID(record))


def shown_on(desk: Desk, record: str) -> set[UUID]:
    user = desk.caller.user
    access = get_project(user=user, project_id=desk.project.id)
    return {row.attachment.id for row in block_of(access, user, "record", UUID(record)).rows}


def test_a_record_shows_the_files_of_all_that_was_merged_into_it(ann: Desk) -> None:
    first, second = ann.create({"title": "One"}, {"title": "Two"})
    one, two = attach_to(ann, first), attach_to(ann, second, b"b")
    ann.write(lambda acts, schema: verbs.merge(acts, schema, first, second))
    assert shown_on(ann, first) == {one.id, two.id}
    three = attach_to(ann, second, b"c")
    ann.write(lambda acts, schema: verbs.split_back(acts, schema, first, second))
    assert shown_on(ann, first) == {one.id}
    assert shown_on(ann, second) == {two.id, three.id}


def test_a_deleted_record_takes_no_files_and_keeps_those_that_it_has(ann: Desk, owner: Any) -> None:
    (record,) = ann.create({"title": "One"})
    kept = attach_to(ann, record)
    ann.write(lambda acts, schema: verbs.delete_records(acts, schema, [record]))
    with pytest.raises(NotFound):
        attach_to(ann, record, b"b")
    ann.write(lambda acts, schema: verbs.restore_records(acts, schema, [record]))
    assert shown_on(ann, record) == {kept.id}
    other = new_project(owner)
    with pytest.raises(NotFound):
        attach(ann.caller, other, b"c", subject_type="record", subject_id=UUID(record))


def test_in_a_replica_only_records_take_files(ann: Desk) -> None:
    (record,) = ann.create({"title": "One"})
    before = attach(ann.caller, ann.project, b"b", subject_type="project", subject_id=ann.project.id)
    Project.objects.filter(pk=ann.project.pk).update(status=Status.REPLICA)
    kept = attach_to(ann, record)
    assert shown_on(ann, record) == {kept.id}
    with pytest.raises(ProjectFrozen, match="at home"):
        attach(ann.caller, ann.project, b"c", subject_type="project", subject_id=ann.project.id)
    with pytest.raises(ProjectFrozen, match="at home"):
        remove_attachment(caller=ann.caller, attachment_id=before.id, reason="Too large")
    remove_attachment(caller=ann.caller, attachment_id=kept.id, reason="Too large")
