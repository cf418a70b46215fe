"""Who reads in the inbox what other sites did."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from accounts.models import User
from notifications.models import Notification
from projects.models import Project
from stages.registers.fold.payloads import SetField
from stages.registers.models import Conflict
from stages.registers.storing.storage import PostgresStorage
from stages.replication import notices
from stages.replication.choices import HeldReason
from tests.registers.storing.foreign_site import ForeignSite, take_in
from tests.registers.storing.world import REQ, Desk
from tests.replication.rows import make_peer

pytestmark = pytest.mark.django_db


def kinds_of(user: User) -> list[tuple[str, dict[str, Any]]]:
    found = Notification.objects.filter(recipient=user, kind__startswith="sync.").order_by("id")
    return list(found.values_list("kind", "facts"))


def test_owners_read_of_sites_that_differ_or_send_what_is_forged(project: Project, owner: User, editor: User) -> None:
    peer = make_peer(project, "Basel")
    with transaction.atomic():
        for _again in range(2):
            notices.notice_refused(project_id=project.id, site=peer.key_text, reason=HeldReason.BAD_SIGNATURE, count=1)
        notices.notice_differs(project_id=project.id, peer=peer, names=["REQ-1", "REQ-2", "REQ-3", "REQ-4"])
    found = kinds_of(owner)
    # What is said already is not said again.
    assert [kind for kind, _facts in found] == ["sync.refused", "sync.differs"]
    assert all(facts["name"] == "Basel" for _kind, facts in found)
    assert (found[-1][1]["names"], found[-1][1]["more"]) == (["REQ-1", "REQ-2", "REQ-3"], 1)
    assert kinds_of(editor) == []


def test_whoever_wrote_a_tip_of_a_new_conflict_reads_of_it(
    project: Project, owner: User, editor: User, caller_for: Callable[..., Any]
) -> None:
    ann = Desk(project, caller_for(editor))
    ann.create_table()
    (record,) = ann.create({"title": "A"})
    basel = ForeignSite(project.id)
    seen = PostgresStorage(project.id).clock()
    ann.set(record, "title", "blocked")
    bundle = basel.write([SetField(record, REQ, "title", "done")], seen=seen)
    take_in(project_id=project.id, bundles=[bundle], certificates=[basel.certificate])
    conflicts = list(Conflict.objects.filter(project=project, resolved_at=None).values_list("id", flat=True))
    with transaction.atomic():
        notices.notice_conflicts(project_id=project.id, conflicts=conflicts)
    ((kind, facts),) = kinds_of(editor)
    assert kind == "sync.conflicts"
    assert facts["more"] == 0
    assert len(facts["names"]) == 1
    assert kinds_of(owner) == []
