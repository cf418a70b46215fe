"""The parts that stages add to a bundle: each has its own folders and a check of the files in them.

A stage's module calls `add_part`. `assembly` joins the modules of all installed stages into `verify.py`, so that it can
check every part that this installation can write.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from publishing.bundle.verifier.chain import MANIFEST, SEAL, SELF, Facts
from publishing.bundle.verifier.reading import check

OWN_FOLDERS = frozenset({"content", "checkpoint"})
OWN_FILES = frozenset(
    f"{name}.jsonl"
    for name in (
        *("releases", "signatures", "versions", "members", "leases", "events", "checkpoints", "keys"),
        *("texts", "comments", "tasks", "policy"),
    )
) | {SEAL, MANIFEST, SELF, "project.json", "report.html"}


@dataclass(frozen=True)
class Part:
    """A bundle contains the part if any of its events has one of `actions`; the part's files are in `folders`.

    `check` compares the files with the events, which have been verified before. It raises `WrongError` (see
    `reading.check`) for the first error, and may add lines for the printed result to `facts.notes`.
    """

    name: str
    actions: frozenset[str]
    folders: frozenset[str]
    check: Callable[[Facts], None]


PARTS: dict[str, Part] = {}


def add_part(part: Part) -> None:
    """Register a part with the verifier. Raises `ValueError` for a name or folder that is already used."""
    if PARTS.get(part.name, part) != part:
        raise ValueError(f"two stages have a part {part.name}")
    for folder in part.folders:
        owners = [each.name for each in PARTS.values() if folder in each.folders and each.name != part.name]
        if folder in OWN_FOLDERS or owners or "/" in folder:
            raise ValueError(f"the part {part.name} cannot have the folder {folder}")
    PARTS[part.name] = part


def check_parts(facts: Facts) -> None:
    """The sealed parts are exactly those that the events require, each is valid, and every file belongs to one."""
    named = facts.scope.get("parts", [])
    check(named == sorted(set(named)), f"{SEAL}: its parts are not in order")
    check(bool(named) or facts.scope["v"] != 3, f"{SEAL}: it names no part")
    for name in named:
        check(
            name in PARTS,
            f"NOT CHECKED: the part {name}, which this verify.py does not know. Take one from a Foundry that has "
            f"{name} installed, such as the one that made the bundle",
        )
    actions = {record["action"] for _, _, record in facts.all_events()}
    for name, part in sorted(PARTS.items()):
        is_wanted = bool(part.actions & actions)
        check(is_wanted or name not in named, f"{SEAL}: no event asks for the part {name}")
        check(not is_wanted or name in named, f"{SEAL}: the part {name} is missing")
    folders = OWN_FOLDERS.union(*(PARTS[name].folders for name in named))
    for path in sorted(facts.bundle.names()):
        folder, _, rest = path.partition("/")
        check(folder in folders if rest else path in OWN_FILES, f"{path}: it belongs to no part of the bundle")
    for name in named:
        PARTS[name].check(facts)
        facts.notes.append(f"the part {name}")
