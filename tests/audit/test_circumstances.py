"""Who did what when is the server's to say (control c07)."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.models import User
from accounts.services import create_token
from audit.models import Event
from kernel.canonical import canonical
from projects.models import Project
from tests.rest.client import Api, members

pytestmark = pytest.mark.django_db

LONG_AGO = "1999-12-31T23:59:59Z"
OTHER = "01890000-0000-7000-8000-000000000000"


def test_c07_a_client_can_supply_neither_time_nor_actor(owner: User, outsider: User):
    before = timezone.now()
    forged = {"at": LONG_AGO, "created_at": LONG_AGO, "actor": outsider.person(), "created_by": str(outsider.id)}

    answer = Api(owner).post("projects/", {"name": "Forged", **forged}, Date=LONG_AGO, From=outsider.username)

    project = members(answer)["id"]
    for event in Event.objects.filter(target_id=project) | Event.objects.filter(chain=project):
        assert event.actor_id == owner.id
        assert before <= event.at <= timezone.now()
        assert LONG_AGO not in event.canonical


def test_c07_not_even_raw_sql_gives_an_event_its_time_number_or_hash(project: Project):
    newest = Event.objects.of_project(project.id).latest("seq")
    text = canonical({**newest.record, "client_ref": None})
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_event (canonical, seq, at, prev_hash, hash)"
            " VALUES (%s, 99, %s, sha256('x'), sha256('y'))",
            [text, LONG_AGO],
        )

    event = Event.objects.of_project(project.id).latest("seq")

    assert event.seq == newest.seq + 1
    assert event.at > newest.at
    assert bytes(event.prev_hash) == bytes(newest.hash)


def test_c07_an_event_holds_what_was_before_and_what_came_after(owner: User, viewer: User, project: Project):
    Api(owner).patch(f"projects/{project.id}/members/{viewer.id}/", {"role": "reviewer", "reason": "Grows"})

    event = Event.objects.of_project(project.id).get(action="member.role_changed")

    assert (event.data["before"], event.data["role"]) == ("viewer", "reviewer")
    assert event.record["target"] == {"type": "member", "id": str(viewer.id)}


@pytest.mark.parametrize("actor", [None, OTHER, ""])
def test_c23_no_event_is_ever_attributed_to_nobody(project: Project, actor: str | None):
    newest = Event.objects.of_project(project.id).latest("seq")
    forged = canonical({**newest.record, "actor": {**newest.record["actor"], "id": actor}})

    def insert() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("INSERT INTO audit_event (canonical) VALUES (%s)", [forged])
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(DatabaseError):
        insert()


@pytest.mark.parametrize("kind", ["human", "agent", "service"])
def test_c23_people_agents_and_services_are_told_apart(make_user, caller_for, kind: str):
    user = make_user("somebody", kind=kind)

    create_token(caller=caller_for(user), name="Theirs")

    event = Event.objects.chain("site").last()
    assert event is not None
    assert event.record["actor"] == {"id": str(user.id), "name": "Somebody", "kind": kind}
