"""Stages are chosen by `FOUNDRY_STAGES`; what does not fit is refused at the start."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError
from django.db import connection

from foundry_site import stages
from foundry_site.environment import read_environment
from kernel.environment import EnvironmentVariableError
from kernel.stage import StageConfig
from tests.patience import COMMAND_PATIENCE


def test_the_variable_names_the_stages():
    assert read_environment({}).stages is None
    assert read_environment({"FOUNDRY_STAGES": ""}).stages == ()
    assert read_environment({"FOUNDRY_STAGES": "runs, pads"}).stages == ("runs", "pads")


def test_none_chooses_all_stages_and_an_empty_choice_none():
    assert stages.stage_apps(None) == [f"stages.{name}" for name in stages.available_stages()]
    assert stages.stage_apps([]) == []
    assert stages.stage_apps(["tests.sample_stage"]) == ["tests.sample_stage"]


def test_a_stage_that_does_not_exist_is_refused_with_the_names_of_those_that_do():
    with pytest.raises(EnvironmentVariableError, match="FOUNDRY_STAGES names 'spaceship', which is not a stage"):
        stages.stage_apps(["spaceship"])


def test_a_stage_that_lacks_one_it_needs_refuses_every_command(monkeypatch: pytest.MonkeyPatch):
    class Upper(StageConfig):
        name = "tests.foundry_site"
        label = "upper"
        requires = ("lower",)

    config = Upper("tests.foundry_site", sys.modules["tests.foundry_site"])
    monkeypatch.setattr(stages, "installed_stages", lambda: [config])
    [error] = stages.check_required_stages(None)
    assert (error.id, error.msg) == ("stages.E001", "The stage upper needs the stage lower.")
    assert error.is_serious()


@pytest.mark.django_db
def test_a_database_with_records_of_a_stage_that_is_not_installed_is_not_served():
    assert stages.missing_stages() == []
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('moons', '0001_initial', now())")
        assert stages.missing_stages() == [], "an app that left no tables is no matter"
        cursor.execute("CREATE TABLE moons_moon (id int)")
    assert stages.missing_stages() == ["moons"]
    problem = stages.missing_stages_problem()
    assert problem is not None
    assert "FOUNDRY_STAGES" in problem


@pytest.mark.skipif(not apps.is_installed("tests.sample_stage"), reason="needs the sample stage's tables")
@pytest.mark.parametrize("command", [("serve", "--port=0"), ("procrastinate", "worker", "--one-shot")])
def test_nodes_and_workers_refuse_to_start_without_a_stage_that_the_database_holds(
    process_environment: dict[str, str], command: tuple[str, ...]
):
    started = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=settings.BASE_DIR,
        env={**process_environment, "FOUNDRY_STAGES": ""},
        capture_output=True,
        text=True,
        check=False,
        timeout=COMMAND_PATIENCE,
    )
    assert started.returncode == 1
    assert re.search(r"stages that are not installed: .*\bsample_stage\b", started.stderr)


def test_refusing_names_the_stages(monkeypatch: pytest.MonkeyPatch, db: None):
    monkeypatch.setattr(stages, "missing_stages", lambda: ["runs"])
    with pytest.raises(CommandError, match="not installed: runs"):
        stages.refuse_missing_stages()


def test_a_checkout_without_stages_needs_no_variable():
    environment = {name: value for name, value in os.environ.items() if name != "FOUNDRY_STAGES"}
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=settings.BASE_DIR,
        env={**environment, "DJANGO_SETTINGS_MODULE": "foundry_site.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
