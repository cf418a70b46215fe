"""Modules of the frontend import each other in one direction, types included."""

from __future__ import annotations

from pathlib import Path

import pytest

from foundry_site.launcher import frontend
from foundry_site.launcher.processes import ProgramError

CHECK = ("exec", "--", "dpdm", "--no-tree", "--no-warning", "--no-progress", "--exit-code", "circular:1")


def test_a_circle_of_types_alone_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "whole.ts").write_text('import { Part } from "./part";\nexport class Whole { part = new Part(); }\n')
    (tmp_path / "part.ts").write_text('import type { Whole } from "./whole";\nexport class Part { whole?: Whole; }\n')
    with pytest.raises(ProgramError) as complaint:
        frontend.find_node().run(*CHECK, str(tmp_path / "whole.ts"))
    assert "part.ts" in complaint.value.output


def test_the_frontend_has_no_circle() -> None:
    frontend.find_node().run("run", "check:imports")
