"""The note of how far each chain verified when it was last walked."""

from __future__ import annotations

import pytest
from django.db import connection

from audit.models import Event, Standing
from audit.standing.services import note_standing, note_standings
from projects.models import Project

pytestmark = pytest.mark.django_db


def test_a_whole_chain_stands_up_to_its_newest_event(project: Project):
    newest = Event.objects.of_project(project.id).latest("seq")

    standing = note_standing(chain=str(project.id))

    assert (standing.seq, standing.hash, standing.fault) == (newest.seq, bytes(newest.hash).hex(), "")
    assert standing.verified_at >= newest.at


def test_a_broken_chain_stands_up_to_the_event_before_and_alerts(project: Project, caplog):
    note_standing(chain=str(project.id))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE audit_event DISABLE TRIGGER USER")
        cursor.execute("UPDATE audit_event SET at = now() WHERE chain = %s AND seq = 3", [str(project.id)])

    standing = note_standing(chain=str(project.id))

    assert (standing.seq, standing.is_broken) == (2, True)
    assert f"ALERT: the audit trail is broken. {project.id}#3" in caplog.text


def test_all_chains_are_noted_at_once(project: Project):
    note_standings()

    assert set(Standing.objects.values_list("chain", flat=True)) == {"site", str(project.id)}
