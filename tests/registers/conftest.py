"""These tests need the stage; without it (`FOUNDRY_STAGES=`) those of the pure core are collected only."""

from __future__ import annotations

from pathlib import Path

from django.apps import apps

collect_ignore_glob: list[str] = []
if apps.is_installed("stages.registers"):
    from tests.gateway.conftest import make_token, node, socket_of, tokens  # noqa: F401 (fixtures)
else:
    folders = (each.name for each in Path(__file__).parent.iterdir() if each.is_dir() and each.name != "fold")
    collect_ignore_glob += ["test_*", *folders]
