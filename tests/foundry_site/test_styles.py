"""The linter of the styles notices what a browser would drop without a word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

from foundry_site.launcher import frontend
from foundry_site.launcher.processes import ProgramError

INVALID = {
    "a { --button: color-mix(in oklab, var(--yours), light-dark(#000 14%, #fff 14%)); }": "valid-colour-functions",
    "a { background: color-mix(in oklab, var(--yours), light-dark(#000 14%, #fff)); }": "valid-colour-functions",
    "a { color: oklch(90% 0.03); }": "declaration-property-value-no-unknown",
    "a { display: sideways; }": "declaration-property-value-no-unknown",
    "a { colour: red; }": "property-no-unknown",
}
OUTSIDE_BRACKETS = re.compile(r",(?![^(]*\))")
# Alone, in a state, or with what is in it; not where it is told apart by what is beside it.
BARE_CLASS = re.compile(r"\.([a-zA-Z][\w-]*)(?=$|[\s\[>+~]|:(?!has))")
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


def own_classes(sheet: Path) -> set[str]:
    """The classes that a style sheet gives rules to wherever they stand."""
    styles = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)
    selectors = [each.strip() for head in re.findall(r"([^{};]+)\{", styles) for each in OUTSIDE_BRACKETS.split(head)]
    return {found[1] for each in selectors if (found := BARE_CLASS.match(each))}


def test_a_stage_styles_nothing_of_the_trunk() -> None:
    root = Path(settings.BASE_DIR)
    trunk = set().union(*(own_classes(sheet) for sheet in (root / "frontend" / "css").glob("*.css")))
    stages = list(root.glob("stages/*/styles/*.css"))
    assert {"composer", "answer"} <= trunk
    assert {sheet.name: taken for sheet in stages if (taken := own_classes(sheet) & trunk)} == {}
