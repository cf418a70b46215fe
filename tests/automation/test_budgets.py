"""The page of a rule asks Postgres as often for many rules and records as for few."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.callers import Caller
from accounts.models import User
from projects.models import Project
from stages.automation.services.rules import save_rule
from stages.registers.services.records import create_records
from stages.registers.services.tables import create_table

pytestmark = pytest.mark.django_db
MOST = 30


def test_the_page_of_a_rule_asks_no_more_for_more(
    project: Project, owner: User, caller_for: Callable[..., Caller], client: Client
) -> None:
    caller = caller_for(owner)
    create_table(caller=caller, project_id=project.id, table="papers", columns=[{"name": "state"}, {"name": "note"}])

    def grow(first: int, count: int) -> str:
        rules = []
        for at in range(first, first + count):
            definition = {
                "scope": "papers",
                "when": [{"column": "state", "is": f"{at}"}],
                "overwrite": {"note": f"{at}"},
            }
            facts: dict[str, Any] = {"name": f"rule {at}", "definition": definition, "is_on": False}
            rules.append(save_rule(caller=caller, project_id=project.id, **facts))
            create_records(caller=caller, project_id=project.id, table="papers", rows=[{"state": f"{at}"}])
        return str(rules[-1].id)

    def asked(rule: str) -> int:
        address = f"/projects/{project.id}/automation/rules/{rule}/"
        assert client.get(address).status_code == 200
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        return len(queries)

    client.force_login(owner)
    few = asked(grow(0, 1))
    assert asked(grow(1, 6)) <= few <= MOST
