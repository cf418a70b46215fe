"""Pads on the nodes of the faults. Without the stage (`FOUNDRY_STAGES=`) these tests are not collected."""

from __future__ import annotations

from django.apps import apps

collect_ignore_glob: list[str] = []
if apps.is_installed("stages.pads"):
    from tests.kernel.crdt.conftest import yjs  # noqa: F401 (a fixture)
else:
    collect_ignore_glob.append("*")
