"""What the documents name is there: files, sections, commands, registries, errors, layers."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import get_commands

from kernel.errors import DomainError

ROOT = Path(settings.BASE_DIR)
# The functions that add entries to a registry, where apps do not call `register` of the registry itself.
REGISTERED_BY = {
    "COMMANDS": "register_commands",
    "EPHEMERALS": "register_ephemerals",
    "EVENT_GROUPS": "register_event_groups",
    "EVENT_TYPES": "register_events",
    "INBOX_LINES": "register_events",
    "NOTIFICATIONS": "register_notifications",
    "PERIODIC_JOBS": "periodic_job",
    "PERMISSIONS": "register_permissions",
    "REBUILT_TABLES": "rebuild",
    "SHORTCUTS": "register_shortcuts",
    "SITE_FIGURES": "register_figures",
    "SITE_PERMISSIONS": "register_site_permissions",
    "VERSION_STEPS": "when_written",
    "KINDS": "kinds[.]register",
    "END_STEPS": "when_ended",
    "VIAS": "register_via",
    "FACETS": "catalogue[.]define",
    "LINKED_TABLES": "link_to",
    "HOOKS": "hooks[.]on_write",
    "OBSERVERS": "observers[.]when_written",
}
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
SOURCES = ("*.py", "*.ts", "*.mjs", "*.toml")
PATH = re.compile(r"[\w.-]+(?:/[\w.-]+)+/?|[\w.-]+/")
LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)]*))?\)")
CITED = re.compile(r"docs/([\w/-]+\.md)(?:, \"([^\"]+)\"| \((\"[^)]+\")\))?")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def is_own(path: Path) -> bool:
    return not any(part.startswith(".") or part in {"node_modules", "static"} for part in path.relative_to(ROOT).parts)


def sources() -> Iterator[Path]:
    for pattern in SOURCES:
        yield from (path for path in sorted(ROOT.rglob(pattern)) if is_own(path))


def headings(document: Path) -> list[str]:
    return re.findall(r"^#+ (.+)$", document.read_text(), re.MULTILINE)


def anchor(heading: str) -> str:
    """The name that GitHub gives to a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def section(document: str, heading: str) -> str:
    text = (ROOT / "docs" / document).read_text()
    return text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_every_link_leads_to_a_file_and_a_section(document: Path) -> None:
    for target, fragment in LINK.findall(document.read_text()):
        found = document.parent / target if target else document
        assert found.exists(), target
        if fragment:
            assert fragment in map(anchor, headings(found)), f"{target}#{fragment}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_every_file_and_folder_that_is_named_exists(document: Path) -> None:
    """Whatever begins with a folder of the repository; what a deployment has is called otherwise."""
    folders = {path.name for path in ROOT.iterdir() if path.is_dir() and is_own(path)}
    for words in re.findall(r"`([^`\n]+)`", document.read_text()):
        path, _, test = words.partition("::")
        if PATH.fullmatch(path) and path.partition("/")[0] in folders:
            assert (ROOT / path).exists(), path
            assert not test or f"def {test.partition('[')[0]}(" in (ROOT / path).read_text(), words


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_every_command_that_is_named_exists(document: Path) -> None:
    text = document.read_text()
    # Those of stages that are left out have their documents still.
    of_stages = {path.stem for path in ROOT.glob("stages/*/management/commands/*.py")}
    assert set(re.findall(r"manage\.py ([a-z_]{2,})", text)) <= get_commands().keys() | of_stages
    for script in re.findall(r"script/([a-z]+)\b", text):
        assert (ROOT / "script" / script).exists(), script


def test_every_section_that_the_code_cites_exists() -> None:
    for source in sources():
        # A comment may break the line between the document and its section.
        text = re.sub(r"\n\s*(?:#|\*)?\s*", " ", source.read_text())
        for document, one, several in CITED.findall(text):
            cited = ROOT / "docs" / document
            assert cited.exists(), f"{name(source)} cites {document}"
            for heading in re.findall(r"\"([^\"]+)\"", several or f'"{one}"' * bool(one)):
                assert heading in headings(cited), f"{name(source)} cites {document}, {heading}"
        for number in re.findall(r"docs/adr/(\d{4})", text):
            assert list((ROOT / "docs" / "adr").glob(f"{number}-*.md")), f"{name(source)} cites ADR {number}"


def registries(source: str) -> list[str]:
    """The names of the registries that a module defines, also by a subclass of its own."""
    classes = "|".join([r"Registry\[.*\]", *re.findall(r"^class (\w+)\(Registry\[", source, re.MULTILINE)])
    return re.findall(rf"^([A-Z_]+)(?:: Final)? = (?:{classes})\(", source, re.MULTILINE)


def test_every_registry_has_its_row() -> None:
    rows = re.findall(r"^\| `(\w+)`, `([\w/]+\.py)` \|", section("architecture.md", "Plugs"), re.MULTILINE)
    modules = [path for path in sources() if path.suffix == ".py" and not path.is_relative_to(ROOT / "tests")]
    assert sorted(rows) == sorted((each, name(path)) for path in modules for each in registries(path.read_text()))


def test_every_plug_has_an_example_in_the_sample_stage() -> None:
    rows = re.findall(
        r"^\| `(\w+)`, `[\w/]+\.py` \|.*\| ([^|]+) \|$", section("architecture.md", "Plugs"), re.MULTILINE
    )
    registered = "\n".join(path.read_text() for path in (ROOT / "tests" / "sample_stage").glob("*.py"))
    for registry, examples in rows:
        modules = re.findall(r"`(tests/sample_stage/\w+\.py)`", examples)
        assert modules, f"{registry} has no example in the sample stage"
        assert all((ROOT / module).is_file() for module in modules), f"{registry}: {examples}"
        call = rf"\b{REGISTERED_BY.get(registry, rf'{registry}[.]register')}\("
        assert re.search(call, registered), f"the sample stage does not register anything in {registry}"


def test_every_refusal_has_its_row_with_its_status() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \|", section("rules.md", "Errors"), re.MULTILINE)
    refusals = {each for each in DomainError.__subclasses__() if each.__module__ == "kernel.errors"}
    assert dict(rows) == {each.code: str(each.status) for each in refusals}


def test_the_layers_are_those_of_the_import_contract() -> None:
    configuration: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contract = configuration["tool"]["importlinter"]["contracts"][0]
    drawn = section("architecture.md", "The layers").partition("```\n")[2].partition("```")[0]
    assert drawn.split("\n")[:-1] == contract["layers"]
