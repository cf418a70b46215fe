"""What stands in docs/operations fits the product: every figure that it names is really told."""

from __future__ import annotations

import importlib
import json
import re
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands
from django.db import OperationalError, connection
from django.test import Client

import foundry_site.observability.figures
from accounts.callers import foundry_caller
from audit.checkpoints.services import make_checkpoint
from foundry_site.observability.bounded_call import BoundedCall
from foundry_site.observability.figures import read_site
from tests.writers import Writer

FOLDER = settings.BASE_DIR / "docs" / "operations"
FIGURE = re.compile(r"\b(?:foundry|process)_[a-z_]+")
# What Prometheus makes of a histogram.
ENDING = re.compile(r"_(?:bucket|sum|count)\Z")


def dashboard() -> Any:
    return json.loads((FOLDER / "grafana-dashboard.json").read_text())


def alerts() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"] for rule in group["rules"]]


def figures(client: Client) -> dict[str, str]:
    """Every figure at `/metrics`, with its type."""
    # What a node loads as it starts.
    importlib.import_module("foundry_site.asgi")
    page = client.get("/metrics", headers={"Authorization": f"Bearer {settings.FOUNDRY_METRICS_TOKEN}"})
    assert page.status_code == 200
    return dict(re.findall(r"^# TYPE (\S+) (\S+)$", page.content.decode(), re.MULTILINE))


@pytest.mark.django_db
def test_the_dashboard_and_the_alerts_name_figures_that_there_are(client: Client) -> None:
    told = figures(client)
    queries = [target["expr"] for panel in dashboard()["panels"] for target in panel["targets"]]
    queries += [rule["expr"] for rule in alerts()]
    named = {name for query in queries for name in FIGURE.findall(query)}
    assert len(named) > 20
    for name in named:
        base = ENDING.sub("", name)
        assert name in told or told.get(base) == "histogram", name


def test_the_dashboard_can_be_imported() -> None:
    panels = dashboard()["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels) == 18
    places = {(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels}
    assert len(places) == len(panels)


def test_an_alert_says_what_to_do() -> None:
    for rule in alerts():
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert {"summary", "remedy"} == rule["annotations"].keys(), rule["alert"]


def test_the_guide_names_files_commands_and_variables_that_there_are() -> None:
    guide = (FOLDER.parent / "deploy.md").read_text()
    for file in re.findall(r"\]\(operations/([\w.-]+)\)", guide):
        assert (FOLDER / file).exists(), file
    assert set(re.findall(r"manage\.py (\w+)", guide)) <= get_commands().keys()
    listed = (FOLDER.parent / "configuration.md").read_text()
    example = (FOLDER / "environment.example").read_text()
    named = set(re.findall(r"^(\w+)=", example, re.MULTILINE)) | set(re.findall(r"`(FOUNDRY_[A-Z_]+)[`=]", guide))
    assert {name for name in named if f"`{name}`" not in listed} == set()


@pytest.mark.django_db
def test_figures_of_the_site_are_read_when_asked_for(project, editor, caller_for) -> None:
    Writer(caller_for(editor), project).take()
    values = read_site().values
    assert values["foundry_locks_held"] >= 1
    assert values["foundry_audit_head"] > 0


@pytest.mark.django_db
def test_the_figures_tell_the_oldest_unsealed_event_and_the_last_runs(project) -> None:
    assert read_site().values["foundry_unsealed_seconds"] > 0
    make_checkpoint(caller=foundry_caller())
    assert read_site().values["foundry_unsealed_seconds"] == 0
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_periodic_defers (task_name, defer_timestamp)"
            " VALUES ('audit.jobs.seal_checkpoint', 1700000000)"
        )
    assert read_site().jobs["seal_checkpoint"] == 1700000000.0


@pytest.mark.django_db
def test_figures_are_told_while_postgres_is_away(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> dict[str, float]:
        raise OperationalError("gone")

    monkeypatch.setattr(foundry_site.observability.figures, "_site", BoundedCall(away))
    page = client.get("/metrics", headers={"Authorization": f"Bearer {settings.FOUNDRY_METRICS_TOKEN}"})
    text = page.content.decode()
    assert "foundry_postgres_up 0.0" in text
    assert "foundry_audit_head" not in text
