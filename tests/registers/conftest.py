"""These tests need the stage; without it (`FOUNDRY_STAGES=`) those of the pure core are collected only."""

from __future__ import annotations

from django.apps import apps

collect_ignore_glob: list[str] = []
if apps.is_installed("stages.registers"):
    from tests.gateway.conftest import make_token, node, socket_of, tokens  # noqa: F401 (fixtures)
else:
    collect_ignore_glob += [
        *("test_*", "api/*", "browser/*", "pages/*", "product/*", "reading/*", "rpc/*", "services/*", "storing/*"),
        "texts/*",
    ]
