"""These tests need the stage; without it (`FOUNDRY_STAGES=`) they are not collected."""

from __future__ import annotations

from django.apps import apps

collect_ignore_glob: list[str] = []
if apps.is_installed("stages.runs"):
    from tests.accounts.conftest import administrator  # noqa: F401 (a fixture)
    from tests.runs.git_server import git_host, hosted  # noqa: F401 (fixtures)
    from tests.runs.world import committed_world, database_of_runs, runs_database, world  # noqa: F401 (fixtures)
    from tests.workspace.conftest import browser  # noqa: F401 (a fixture)
else:
    collect_ignore_glob.append("*")
