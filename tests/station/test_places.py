"""Where directives are written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from foundry_station.editions import Directive, read_edition
from foundry_station.places import Machine, NoPlace, applies_to, place_of
from foundry_station.repositories import Repository, name_of, open_repository
from tests.station.rig import Rig
from tests.station.site import Site

HOME = Path("/home/ada")
REPOSITORY = Repository(Path("/work/protocol"), "github.com/acme/protocol")


def directive(**members: Any) -> Directive:
    site = Site()
    content = json.loads(site.edition(1, [site.directive(**members)]).text)
    return read_edition(content).directives[0]


@pytest.mark.parametrize(
    ("destination", "layer", "path", "expected"),
    [
        ("claude", "project", "", "/work/protocol/CLAUDE.md"),
        ("claude", "user", "", "/home/ada/.claude/CLAUDE.md"),
        ("agents", "project", "", "/work/protocol/AGENTS.md"),
        ("copilot", "project", "", "/work/protocol/.github/copilot-instructions.md"),
        ("cursor", "project", "", "/work/protocol/.cursor/rules/foundry.mdc"),
        ("gemini", "project", "", "/work/protocol/GEMINI.md"),
        ("gemini", "user", "", "/home/ada/.gemini/GEMINI.md"),
        ("file", "project", "docs/rules.md", "/work/protocol/docs/rules.md"),
        ("file", "user", ".config/agent.md", "/home/ada/.config/agent.md"),
    ],
)
def test_each_destination_has_its_file(destination: str, layer: str, path: str, expected: str) -> None:
    repository = REPOSITORY if layer == "project" else None
    place = place_of(directive(destination=destination, layer=layer, path=path), Machine(HOME), repository)
    assert str(place.path) == expected
    assert place.whole == (destination == "file")


@pytest.mark.parametrize(
    "path", ["../out", "/etc/passwd", "a/../../b", ".git/config", "a/.GIT/hooks/x", "", "a\\..\\b"]
)
def test_a_path_stays_in_its_folder(path: str) -> None:
    with pytest.raises(NoPlace, match="path"):
        place_of(directive(destination="file", path=path), Machine(HOME), REPOSITORY)


def test_the_system_s_files_are_for_the_system_s_station() -> None:
    system = directive(layer="system")
    with pytest.raises(NoPlace, match="system"):
        place_of(system, Machine(HOME))
    assert place_of(system, Machine(HOME, system=True)).path.name == "CLAUDE.md"
    with pytest.raises(NoPlace, match="destination"):
        place_of(directive(layer="system", destination="gemini"), Machine(HOME, system=True))


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://github.com/acme/protocol.git", "github.com/acme/protocol"),
        ("https://user:secret@GitHub.com:443/acme/protocol", "github.com/acme/protocol"),
        ("git@github.com:acme/protocol.git", "github.com/acme/protocol"),
        ("ssh://git@git.example.org:2222/group/sub/name.git", "git.example.org/group/sub/name"),
        ("../elsewhere", None),
        ("file:///srv/git/x.git", None),
    ],
)
def test_a_repository_is_named_by_its_origin(url: str, name: str | None) -> None:
    assert name_of(url) == name


@pytest.mark.parametrize(
    ("match", "applies"),
    [
        ([], True),
        (["github.com/acme/*"], True),
        (["*/ACME/protocol"], True),
        (["github.com/other/*"], False),
        (["x", "github.com/acme/protocol"], True),
    ],
)
def test_patterns_say_for_which_repositories(match: list[str], applies: bool) -> None:
    assert applies_to(directive(match=match), REPOSITORY) == applies


def test_a_folder_without_git_has_a_name_too(tmp_path: Path) -> None:
    assert open_repository(tmp_path).name == f"local/{tmp_path.name}"


def test_a_directive_without_a_place_is_said_to_have_failed(rig: Rig) -> None:
    directives = [
        rig.site.directive(destination="copilot", layer="user"),
        rig.site.directive("a", destination="file", path="x.md"),
        rig.site.directive("b", destination="file", path="x.md"),
        rig.site.directive(match=["nowhere/*"]),
    ]
    rig.issue(*directives)
    assert sorted(rig.states().values()) == ["absent", "failed", "failed", "in_place"]
