"""These tests need the stage; without it (`FOUNDRY_STAGES=`) they are not collected."""

from __future__ import annotations

from django.apps import apps

collect_ignore_glob: list[str] = []
if apps.is_installed("stages.fleet"):
    from tests.fleet.world import committed_world, database_of_fleet, fleet, fleet_database, world  # noqa: F401 (fixtures)
    from tests.gateway.conftest import node  # noqa: F401 (a fixture)
else:
    collect_ignore_glob.append("*")
