"""These tests need the stage; without it (`FOUNDRY_STAGES=`) they are not collected."""

from __future__ import annotations

from django.apps import apps

collect_ignore_glob: list[str] = []
if apps.is_installed("stages.automation"):
    from tests.gateway.conftest import make_token, node, socket_of, tokens  # noqa: F401 (fixtures)
else:
    collect_ignore_glob.append("*")
