"""`docs/gateway.md`, and `gateway.md` of each stage, say what the code does."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from audit.event_types import EVENT_TYPES
from foundry_site.environment import BASE_DIR
from foundry_site.stages import installed_stages
from gateway.close_codes import CloseCode
from gateway.registry import COMMANDS, SOCKET_ADDRESSES
from gateway.streams import BATCH
from gateway.topics import MAX_CATCH_UP, MAX_TOPICS
from realtime.frames import EPHEMERALS, NOTIFICATIONS

TEXT = (BASE_DIR / "docs" / "gateway.md").read_text()


def pages() -> Iterator[str]:
    """The page of the trunk and those of the installed stages."""
    yield TEXT
    for stage in installed_stages():
        page = Path(stage.path) / "gateway.md"
        if page.exists():
            yield page.read_text()


def rows(heading: str) -> list[list[str]]:
    """The cells of the tables under a heading, one table of each page that has it."""
    found = []
    for page in pages():
        _, _, section = page.partition(f"\n{heading}\n")
        if table := re.search(r"\n((?:\|.*\n)+)", section):
            lines = table[1].splitlines()[2:]
            found += [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert found, heading
    return found


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


def test_the_notifications_and_their_parameters() -> None:
    documented = {words(method)[0]: words(parameters) for method, parameters, _ in rows("## Notifications")}
    assert {method: tuple(re.findall(r"\w+", "".join(named))) for method, named in documented.items() if named} == {
        method: members for method, members in NOTIFICATIONS.items() if method != "snapshot"
    }
    assert set(documented) == set(NOTIFICATIONS)


def test_the_members_of_the_snapshot() -> None:
    example = re.search(r"```json\n(.*?)```", TEXT, re.DOTALL)
    assert example is not None
    assert set(json.loads(example[1])["params"]) == set(NOTIFICATIONS["snapshot"])


def test_the_ephemerals_and_their_data() -> None:
    documented = {}
    for names, data in rows("### Ephemerals"):
        for name in words(names):
            documented[name] = tuple(words(data.split(";")[0]))
    assert documented == dict(EPHEMERALS)


def test_the_events_and_their_data() -> None:
    documented = {}
    for names, data in rows("### Events"):
        for name in words(names):
            documented[name] = tuple(words(data.split(":")[0]))
    assert documented == {name: each.live for name, each in EVENT_TYPES.items() if each.live}


def test_the_close_codes() -> None:
    documented = {int(code): name for code, name, _ in rows("## Close codes")}
    assert documented == {int(code): code.name.lower().replace("_", " ") for code in CloseCode}


def test_the_addresses_of_sockets() -> None:
    for address in SOCKET_ADDRESSES.values():
        prefix = "/" + address.pattern.split("(", 1)[0]
        assert any(prefix in page for page in pages()), f"{prefix}… is described nowhere"


def test_the_limits_of_topics() -> None:
    assert f"up to {MAX_TOPICS} topics" in TEXT
    assert f"more than {BATCH} frames or {MAX_CATCH_UP // 2**20} MiB" in TEXT
