"""The record of home at another site, where nobody alters it."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.core.management import CommandError

from accounts.models import User
from projects.services import add_member
from tests.cast import new_reviewed
from tests.network.conftest import Trio
from tests.network.network import until
from tests.publishing.reviews import Review, begun, caller_of

COPIED = "FROM replication_copiedevent WHERE project_id = %s"


def reviewed_at(apart: Trio) -> Review:
    """A project of A in which A's owner is one of the owners."""
    with apart.a.opened():
        review = begun(*new_reviewed())
        # The node of A knows nothing of a lock that this process has taken, and would end it.
        review.writer.give_back()
        owner = User.objects.get(pk=UUID(apart.a.owner.id))
        caller = caller_of(review.people["owner"])
        add_member(caller=caller, project_id=review.project.id, user_id=owner.id, role="owner")
    apart.network.project = str(review.project.id)
    return review


def test_a_copied_event_that_somebody_altered_is_named_by_the_verifier_there(apart: Trio) -> None:
    """Case 33."""
    network, a, b = apart.network, apart.a, apart.b
    reviewed_at(apart)
    network.connect(a, b, copies=True)
    project = network.project
    until(lambda: b.rows(f"SELECT 1 {COPIED} AND seq = 5", [project]), "the record comes")
    network.verify(b)
    kept = dict(b.rows(f"SELECT seq, canonical {COPIED} AND seq IN (2, 5)", [project]))
    altered = {seq: canonical.replace('"kind":"human"', '"kind":"agent"') for seq, canonical in kept.items()}
    change = (
        "UPDATE replication_copiedevent SET canonical = CASE seq WHEN 2 THEN %s ELSE %s END"
        " WHERE project_id = %s AND seq IN (2, 5)"
    )
    table, put_right = "replication_copiedevent", [kept[2], kept[5], project]
    with b.tampered(
        table, change, [altered[2], altered[5], project], put_right=lambda: b.tamper(table, change, put_right)
    ):
        with pytest.raises(CommandError) as found:
            b.manage("verify_audit")
        said = str(found.value)
        assert f"{project}#2" in said, said
        assert f"{project}#5" not in said, said
        network.verify(a)
    network.verify(b)
