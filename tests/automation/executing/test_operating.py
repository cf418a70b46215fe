"""What an operator sees of executions, and the settings that bound them."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.db import connection

from kernel.doctor import Diagnosis
from kernel.environment import EnvironmentVariableError
from stages.automation import doctor
from stages.automation.environment import HOSTS, read_settings
from stages.automation.metrics import FIGURES
from stages.automation.services.executions import stop_execution
from tests.automation.executing.conftest import ScriptDesk


def figures() -> dict[str, float]:
    found = {}
    with connection.cursor() as cursor:
        for figure in FIGURES:
            cursor.execute(figure.sql)
            found[figure.name.removeprefix("foundry_")] = float(cursor.fetchone()[0])
    return found


@pytest.mark.django_db
def test_figures_count_executions_by_their_end(desk: ScriptDesk) -> None:
    before = figures()
    desk.run("print(1)")
    desk.run("error('no')")
    saved = desk.save("print(2)")
    desk.switch(saved)
    stop_execution(caller=desk.caller, execution_id=desk.start(saved).id)
    desk.start(saved)
    grown = {name: value - before[name] for name, value in figures().items()}
    assert grown.pop("execution_fuel_last_hour") > 1000
    assert grown.pop("execution_queue_seconds") >= 0
    assert grown == {
        "executions_succeeded_last_hour": 1,
        "executions_failed_last_hour": 1,
        "executions_stopped_last_hour": 1,
        "executions_under_way": 0,
        "executions_waiting": 1,
        "script_changes_waiting": 0,
    }


def lines() -> list[Diagnosis]:
    return list(doctor.examine())


@pytest.mark.django_db
def test_the_doctor_says_that_nobody_runs_scripts(
    desk: ScriptDesk, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.FOUNDRY_SCRIPT_HOSTS = frozenset({"api.example.org:443"})
    assert [each.level for each in lines()] == ["ok", "ok"]
    assert "api.example.org:443" in lines()[1].text
    saved = desk.save("print(1)")
    desk.switch(saved)
    desk.start(saved)
    monkeypatch.setattr(doctor, "WAITING", timedelta(minutes=-1))
    queue = lines()[0]
    assert queue.level == "bad"
    assert "1 wait for more than two minutes" in queue.text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("FOUNDRY_SCRIPT_SLOTS", "0"), ("FOUNDRY_SCRIPT_SLOTS", "65"), ("FOUNDRY_SCRIPT_FUEL", "99")),
        *(("FOUNDRY_SCRIPT_FUEL", "10000001"), ("FOUNDRY_SCRIPT_MEMORY", "23"), ("FOUNDRY_SCRIPT_MEMORY", "4096")),
        *(("FOUNDRY_SCRIPT_SECONDS", "0"), ("FOUNDRY_SCRIPT_SECONDS", "601"), ("FOUNDRY_SCRIPT_SECONDS", "1.5")),
        *(("FOUNDRY_SCRIPT_WRITES", "0"), ("FOUNDRY_SCRIPT_WRITES", "10001")),
        *((HOSTS, "https://a.co"), (HOSTS, "a.co/x"), (HOSTS, "*.co"), (HOSTS, "a..co"), (HOSTS, "me@a.co")),
    ],
)
def test_a_setting_out_of_its_bounds_is_refused_by_its_name(name: str, value: str) -> None:
    with pytest.raises(EnvironmentVariableError, match=name):
        read_settings({name: value})


def test_hosts_have_a_port(settings: Any) -> None:
    assert read_settings({})[HOSTS] == frozenset()
    found = read_settings({HOSTS: "API.example.org, erp.local:8443"})
    assert found[HOSTS] == {"api.example.org:443", "erp.local:8443"}


def test_alerts_ask_for_figures_that_there_are() -> None:
    file = Path(settings.BASE_DIR) / "docs" / "operations" / "alerts-automation.yml"
    (group,) = yaml.safe_load(file.read_text())["groups"]
    asked = {name for rule in group["rules"] for name in re.findall(r"foundry_\w+", rule["expr"])}
    assert asked <= {each.name for each in FIGURES}
