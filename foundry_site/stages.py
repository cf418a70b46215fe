"""Finds the installed stages, and checks that they match each other and the database (`FOUNDRY_STAGES`)."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error, register
from django.core.management.base import CommandError
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder

from foundry_site.environment import BASE_DIR
from kernel.environment import EnvironmentVariableError
from kernel.stage import StageConfig

logger = logging.getLogger(__name__)

PACKAGE: Final = "stages"
# Labels of apps that Foundry itself no longer has, and whose tables an older database may still hold.
RETIRED_APPS: Final[frozenset[str]] = frozenset()


def available_stages() -> list[str]:
    """The names of the stages that come with Foundry."""
    return sorted(file.parent.name for file in (BASE_DIR / PACKAGE).glob("*/apps.py"))


def stage_apps(chosen: Sequence[str] | None) -> list[str]:
    """The apps of the chosen stages, as Django's `INSTALLED_APPS` names them; None chooses all that come with Foundry.

    A name with a dot is a package elsewhere. Raises `EnvironmentVariableError` for a stage that does not exist.
    """
    found = []
    for name in available_stages() if chosen is None else dict.fromkeys(chosen):
        app = name if "." in name else f"{PACKAGE}.{name}"
        if not _exists(f"{app}.apps"):
            known = ", ".join(available_stages()) or "none"
            raise EnvironmentVariableError(f"FOUNDRY_STAGES names {name!r}, which is not a stage. Stages: {known}.")
        found.append(app)
    return found


def stage_settings(
    stage_apps: Iterable[str], variables: Mapping[str, str] = os.environ, *, taken: Iterable[str] = ()
) -> dict[str, Any]:
    """The Django settings of stages: what `read_settings(variables)` of a stage's module `environment` answers.

    Their names begin with `FOUNDRY_`. Raises `EnvironmentVariableError` for a value that cannot be used, `ValueError`
    where a setting exists already: of another stage, or one of those `taken`.
    """
    found: dict[str, Any] = {}
    for app in stage_apps:
        if _exists(f"{app}.environment"):
            settings = import_module(f"{app}.environment").read_settings(variables)
            if doubled := settings.keys() & {*taken, *found}:
                raise ValueError(f"{app} defines settings that exist already: {', '.join(sorted(doubled))}")
            found |= settings
    return found


def installed_stages() -> list[StageConfig]:
    """The stages of this process."""
    return [config for config in apps.get_app_configs() if isinstance(config, StageConfig)]


@register
def check_required_stages(app_configs: Iterable[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse every command where a stage lacks one that it builds on."""
    labels = {stage.label for stage in installed_stages()}
    return [
        Error(
            f"The stage {stage.label} needs the stage {required}.", hint="Add it to FOUNDRY_STAGES.", id="stages.E001"
        )
        for stage in installed_stages()
        for required in stage.requires
        if required not in labels
    ]


def missing_stages() -> list[str]:
    """Labels of apps whose tables the database holds and that are not installed. Raises `DatabaseError`."""
    migrated = {app for app, _name in MigrationRecorder(connection).applied_migrations()}
    unknown = migrated - {config.label for config in apps.get_app_configs()} - RETIRED_APPS
    if not unknown:
        return []
    tables = connection.introspection.table_names()
    return sorted(app for app in unknown if any(table.startswith(f"{app}_") for table in tables))


def missing_stages_problem() -> str | None:
    """Why this process must not serve the database, in words for the operator; None where it may.

    Raises `DatabaseError`.
    """
    missing = missing_stages()
    if not missing:
        return None
    return (
        f"The database holds records of stages that are not installed: {', '.join(missing)}."
        " Add them to FOUNDRY_STAGES. Without them their records would neither be shown nor verified."
    )


def refuse_missing_stages() -> None:
    """Raise `CommandError` if this process must not use the database; pass while the database does not answer."""
    try:
        problem = missing_stages_problem()
    except DatabaseError as error:
        logger.warning("Which stages the database holds is not known: %s", error)
        return
    finally:
        connection.close()
    if problem:
        raise CommandError(problem)


def _exists(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False
