"""The recorded result of each chain's last verification."""

from __future__ import annotations

import pytest
from django.db import connection

from audit.chain_verification.services import record_verification, record_verifications
from audit.models import ChainVerification, Event
from projects.models import Project

pytestmark = pytest.mark.django_db


def test_a_valid_chain_is_verified_up_to_its_newest_event(project: Project):
    newest = Event.objects.of_project(project.id).latest("seq")

    verification = record_verification(chain=str(project.id))

    assert (verification.seq, verification.hash, verification.fault) == (newest.seq, bytes(newest.hash).hex(), "")
    assert verification.verified_at >= newest.at


def test_a_broken_chain_is_verified_up_to_the_event_before_and_alerts(project: Project, caplog):
    record_verification(chain=str(project.id))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE audit_event DISABLE TRIGGER USER")
        cursor.execute("UPDATE audit_event SET at = now() WHERE chain = %s AND seq = 3", [str(project.id)])

    verification = record_verification(chain=str(project.id))

    assert (verification.seq, verification.is_broken) == (2, True)
    assert f"ALERT: the audit trail is broken. {project.id}#3" in caplog.text


def test_all_chains_are_recorded_at_once(project: Project):
    record_verifications()

    assert set(ChainVerification.objects.values_list("chain", flat=True)) == {"site", str(project.id)}
