"""`docs/gateway.md` says what the code does."""

from __future__ import annotations

import re

import msgspec

from audit.event_types import EVENT_TYPES
from foundry_site.environment import BASE_DIR
from gateway.close_codes import CloseCode
from gateway.registry import COMMANDS

TEXT = (BASE_DIR / "docs" / "gateway.md").read_text()


def rows(heading: str) -> list[list[str]]:
    """The cells of the table under a heading."""
    section = TEXT.split(f"\n{heading}\n", 1)[1]
    table = re.search(r"\n((?:\|.*\n)+)", section)
    assert table is not None
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[1].splitlines()[2:]]


def words(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_the_commands_and_their_parameters() -> None:
    documented = {
        words(name)[0]: (words(re.sub(r"\[.*?\]", "", parameters)), re.findall(r"\[`(.*?)`\]", parameters))
        for name, parameters, _ in rows("## Commands")
    }
    running = {}
    for name, command in COMMANDS.items():
        fields = msgspec.structs.fields(command.parameters)
        required = [field.encode_name for field in fields if field.required]
        running[name] = (required, [field.encode_name for field in fields if not field.required])
    assert documented == running


def test_the_events_and_their_data() -> None:
    documented = {}
    for names, data in rows("### Events"):
        for name in words(names):
            documented[name] = tuple(words(data.split(":")[0]))
    assert documented == {name: each.live for name, each in EVENT_TYPES.items() if each.live}


def test_the_close_codes() -> None:
    documented = {int(code): name for code, name, _ in rows("## Close codes")}
    assert documented == {int(code): code.name.lower().replace("_", " ") for code in CloseCode}
