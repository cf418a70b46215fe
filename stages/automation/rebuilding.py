"""Packages, installations and switches, as the events say."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from audit.rebuilding.facts import Fact
from audit.rebuilding.tables import Column, Rows, Table
from stages.automation import events
from stages.automation.choices import Kind
from stages.automation.models import Execution, Installation, Package, Switch
from stages.automation.packages import package_digest

PACKAGES: Final = Table(
    Package,
    name="package",
    key=("id",),
    # The event has the hash of the list.
    columns={"files": Column(as_recorded=package_digest)},
)
INSTALLATIONS: Final = Table(Installation, name="installation", key=("id",))
SWITCHES: Final = Table(Switch, name="switch", key=("id",), chain="project_id")
TABLES: Final = (PACKAGES, INSTALLATIONS, SWITCHES)


@PACKAGES.on(events.MODULE_ADDED.name)
def _added(rows: Rows, fact: Fact) -> None:
    data = fact.data
    rows.put(
        fact,
        (UUID(fact.target_id),),
        name=data["name"],
        version=data["version"],
        sha256=data["sha256"],
        files=data["sha256"],
        added_by_id=fact.actor_id,
        added_at=fact.at,
    )


@INSTALLATIONS.on(events.MODULE_INSTALLED.name)
def _installed(rows: Rows, fact: Fact) -> None:
    data = fact.data
    rows.put(
        fact,
        (UUID(fact.target_id),),
        user_id=fact.actor_id,
        name=data["name"],
        package_id=UUID(data["package_id"]),
        installed_at=fact.at,
    )


@INSTALLATIONS.on(events.MODULE_UNINSTALLED.name)
def _uninstalled(rows: Rows, fact: Fact) -> None:
    rows.drop((UUID(fact.target_id),))


@SWITCHES.on(events.RULE_SAVED.name, events.RULE_DELETED.name, events.SCRIPT_SWITCHED.name, events.VIEW_SWITCHED.name)
def _switched(rows: Rows, fact: Fact) -> None:
    data = fact.data
    rows.put(
        fact,
        (UUID(data["switch_id"]),),
        project_id=fact.project_id,
        kind=next(each.value for each in Kind if f"{each.value}_id" in data),
        record=UUID(fact.target_id),
        sha256=data["sha256"],
        is_on=data["is_on"],
        grants=data["grants"],
        is_paused=False,
        changed_by_id=fact.actor_id,
        changed_at=fact.at,
    )


@SWITCHES.on(events.SCRIPT_PAUSED.name)
def _paused(rows: Rows, fact: Fact) -> None:
    rows.change(fact, (UUID(fact.data["switch_id"]),), is_paused=True)


def contents_of_packages() -> set[str]:
    """The hashes of all files of packages; each list of them is compared with its hash."""
    return {sha256 for files in Package.objects.values_list("files", flat=True) for sha256 in files.values()}


def contents_of_executions() -> set[str]:
    """The hashes of logs; the event that ends an execution has it, too."""
    return set(Execution.objects.exclude(log="").values_list("log", flat=True))
