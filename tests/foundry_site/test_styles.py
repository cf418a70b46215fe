"""The linter of the styles notices what a browser would drop without a word."""

from __future__ import annotations

from pathlib import Path

import pytest

from foundry_site.launcher import frontend
from foundry_site.launcher.processes import ProgramError

INVALID = {
    "a { --button: color-mix(in oklab, var(--yours), light-dark(#000 14%, #fff 14%)); }": "valid-colour-functions",
    "a { background: color-mix(in oklab, var(--yours), light-dark(#000 14%, #fff)); }": "valid-colour-functions",
    "a { color: oklch(90% 0.03); }": "declaration-property-value-no-unknown",
    "a { display: sideways; }": "declaration-property-value-no-unknown",
    "a { colour: red; }": "property-no-unknown",
}
VALID = "a { --button: color-mix(in oklab, var(--yours) 86%, light-dark(#000, oklch(90% 0.03 var(--hue)))); }"


def lint(path: Path, styles: str) -> str:
    path.write_text(styles)
    return frontend.find_node().run("exec", "--", "stylelint", "--config", "frontend/stylelint.config.mjs", str(path))


@pytest.mark.parametrize(("styles", "rule"), INVALID.items())
def test_an_invalid_value_is_noticed(tmp_path: Path, styles: str, rule: str) -> None:
    with pytest.raises(ProgramError) as complaint:
        lint(tmp_path / "invalid.css", styles)
    assert rule in complaint.value.output


def test_a_mix_of_variables_is_valid(tmp_path: Path) -> None:
    lint(tmp_path / "valid.css", VALID)
