"""The pages of executions: what each came to, for everybody who reads the project."""

from __future__ import annotations

import pytest
from django.test import Client

from stages.automation.models import Execution
from stages.automation.reading.executions import latest_executions
from tests.automation.executing.conftest import ScriptDesk

pytestmark = pytest.mark.django_db

CREATES = "core.create_entity('contacts', {name = 'Ada', email = 'ada@co'})"


def here(execution: Execution) -> str:
    return f"/projects/{execution.project_id}/automation/executions/{execution.id}/"


def test_the_list_says_what_became_of_each(desk: ScriptDesk, client: Client) -> None:
    desk.run(CREATES)
    desk.run("error('no such person')")
    desk.run("print('nothing')")
    client.force_login(desk.owner.user)
    page = client.get(f"/projects/{desk.project.id}/automation/executions/").content.decode()
    for words in ("no such person", "It proposed no change.", "Its changes wait for"):
        assert words in page
    kinds = [each.outcome.kind for each in latest_executions(desk.project.id)]
    assert kinds == ["nothing", "failed", "waiting"]


def test_an_execution_has_a_page_in_its_project_only(desk: ScriptDesk, client: Client) -> None:
    execution = desk.run(CREATES)
    client.force_login(desk.owner.user)
    assert client.get(here(execution)).status_code == 200
    other = f"/projects/{execution.id}/automation/executions/{execution.id}/"
    assert client.get(other).status_code == 404
