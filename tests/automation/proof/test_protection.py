"""What never changes is kept by the database itself, whoever writes SQL with the application's role."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from stages.automation.reading.packages import find_module
from stages.automation.services.packages import package_of
from tests.automation.proof.conftest import Ran
from tests.proof.tampering import run

pytestmark = pytest.mark.django_db

ENDED = [
    "state = 'failed'", "code = 'x'", "error = 'x'", "log = ''", "proposal_id = NULL", "fuel = 0", "args = '{}'",
    "changes = '[1]'", "generation = 3", "name = 'x'", "ended_at = now()", "sha256 = repeat('0', 64)",
]  # fmt: skip


def refused(sql: str) -> bool:
    try:
        with transaction.atomic():
            run(sql)
    except DatabaseError:
        return True
    return False


@pytest.mark.parametrize("change", ENDED)
def test_c08_an_execution_that_has_ended_is_frozen(ran: Ran, change: str) -> None:
    for each in (ran.proposed, ran.failed, ran.stopped):
        assert refused(f"UPDATE automation_execution SET {change} WHERE id = '{each.id}'")


def test_c08_an_execution_goes_step_by_step(ran: Ran) -> None:
    saved = ran.desk.save('print("waiting")')
    ran.desk.switch(saved)
    waiting = ran.desk.start(saved)
    here = f"WHERE id = '{waiting.id}'"
    for change in (
        "state = 'succeeded', ended_at = now()",
        "script = gen_random_uuid()",
        "person_id = (SELECT id FROM accounts_user LIMIT 1 OFFSET 1)",
        "args = '{\"x\": 1}'",
        "generation = 1",
        "cause = 'change'",
        "attempt = -1",
    ):
        assert refused(f"UPDATE automation_execution SET {change} {here}"), change
    run(f"UPDATE automation_execution SET state = 'running', attempt = 1, started_at = now() {here}")
    for change in ("attempt = 0", "started_at = now() - interval '1 day'", "started_at = NULL", "changes = '[1]'"):
        assert refused(f"UPDATE automation_execution SET {change} {here}"), change
    assert refused(f"DELETE FROM automation_execution {here}")
    assert refused("TRUNCATE automation_execution CASCADE")


def test_c08_packages_and_what_switches_are_for_never_change(ran: Ran) -> None:
    package_of(find_module("production"))
    for sql in (
        "UPDATE automation_package SET version = '9'",
        "UPDATE automation_package SET files = '{}'",
        "DELETE FROM automation_package",
        "TRUNCATE automation_package CASCADE",
        "UPDATE automation_switch SET record = gen_random_uuid()",
        "UPDATE automation_switch SET kind = 'rule'",
        "DELETE FROM automation_switch",
        "TRUNCATE automation_switch CASCADE",
    ):
        assert refused(sql), sql


def test_an_installation_stays_of_its_person_and_module(ran: Ran) -> None:
    first, second = package_of(find_module("production")), package_of(find_module("models"))
    person = ran.desk.caller.user.id
    columns = "(id, user_id, name, package_id, installed_at)"
    assert refused(
        f"INSERT INTO automation_installation {columns}"
        f" VALUES (gen_random_uuid(), '{person}', '{first.name}', '{second.id}', now())"
    )
    run(
        f"INSERT INTO automation_installation {columns}"
        f" VALUES (gen_random_uuid(), '{person}', '{first.name}', '{first.id}', now())"
    )
    assert refused(f"UPDATE automation_installation SET user_id = '{ran.desk.owner.user.id}'")
    assert refused(f"UPDATE automation_installation SET package_id = '{second.id}'")
