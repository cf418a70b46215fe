"""The pages of a rule and of executions ask Postgres as often for many rows as for few."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.callers import Caller
from accounts.models import User
from projects.models import Project
from stages.automation.executing.working import run_execution
from stages.automation.services.rules import save_rule
from stages.automation.services.scripts import run_script, save_script, switch_script
from stages.registers.services.records import create_records
from stages.registers.services.tables import create_table

pytestmark = pytest.mark.django_db
MOST = 30
# With what rules would add to what it proposes.
MOST_OF_EXECUTION = 45


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


def test_the_pages_of_executions_ask_no_more_for_more(
    project: Project, owner: User, caller_for: Callable[..., Caller], client: Client
) -> None:
    caller = caller_for(owner)
    here: dict[str, Any] = {"caller": caller, "project_id": project.id}
    create_table(**here, table="papers", columns=[{"name": "state"}])
    client.force_login(owner)

    def run(count: int) -> str:
        create_records(**here, table="papers", rows=[{"state": "old"} for _ in range(count)])
        source = (
            f"for _, row in ipairs(core.records('papers')) do core.set_field(row.id, 'papers.state', '{count}') end"
        )
        saved = save_script(**here, name=f"papers {count}", source=source)
        given: dict[str, Any] = {"script_id": saved.script_id, "sha256": saved.sha256}
        switch_script(**here, **given, is_on=True, grants={"write": ["papers"]})
        executions = [run_script(**here, script_id=given["script_id"]).id for _ in range(count)]
        for each in executions:
            run_execution(each)
        return str(executions[-1])

    def asked(path: str) -> int:
        address = f"/projects/{project.id}/automation/executions/{path}"
        assert client.get(address).status_code == 200
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        return len(queries)

    few = run(1)
    counts = asked(f"{few}/"), asked("")
    many = run(6)
    assert asked(f"{many}/") <= counts[0] <= MOST_OF_EXECUTION
    assert asked("") <= counts[1] <= MOST


def test_the_page_of_a_script_asks_no_more_for_more(
    project: Project, owner: User, caller_for: Callable[..., Caller], client: Client
) -> None:
    caller = caller_for(owner)
    create_table(caller=caller, project_id=project.id, table="papers", columns=[{"name": "state"}, {"name": "note"}])
    wishes = {"read": ["papers.*"], "write": ["papers.note"]}
    settings = {"args": [{"name": "since"}], "on_change": ["papers.state"], "capabilities": wishes}

    given: dict[str, Any] = {"caller": caller, "project_id": project.id}

    def grow(first: int, count: int) -> str:
        for at in range(first, first + count):
            saved = save_script(**given, name=f"script {at}", source=f"print({at})", settings=settings)
            switch_script(**given, script_id=UUID(saved.script_id), sha256=saved.sha256, is_on=True, grants=wishes)
            run_execution(run_script(**given, script_id=UUID(saved.script_id), args={"since": "1"}).id)
        # Its newest text is not the one that is on: the page of the switch shows the difference.
        newest = save_script(**given, name=f"script {first + count - 1}", source="print('more')", settings=settings)
        return newest.script_id

    def asked(script: str, path: str) -> int:
        address = f"/projects/{project.id}/automation/scripts/{script}/{path}"
        assert client.get(address, headers={"HX-Request": "true"}).status_code == 200
        with CaptureQueriesContext(connection) as queries:
            client.get(address, headers={"HX-Request": "true"})
        return len(queries)

    client.force_login(owner)
    paths = ("", "settings/", "executions/", "texts/", "run/", "switch/")
    first = grow(0, 1)
    few = {path: asked(first, path) for path in paths}
    newest = grow(1, 5)
    more = {path: asked(newest, path) for path in paths}
    # One more where there is something to be read, such as a proposal.
    assert {path: (few[path], more[path]) for path in paths if more[path] > few[path] + 1} == {}
    assert max(more.values()) <= MOST, more
