"""These tests need the stage; without it (`FOUNDRY_STAGES=`) they are not collected."""

from __future__ import annotations

from django.apps import apps

from tests.accounts.conftest import administrator  # noqa: F401 (a fixture)
from tests.gateway.conftest import make_token, node, socket_of, tokens  # noqa: F401 (fixtures)
from tests.workspace.conftest import browser  # noqa: F401 (fixture)

collect_ignore_glob = [] if apps.is_installed("tests.sample_stage") else ["test_*.py"]
