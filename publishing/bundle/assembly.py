"""Joining the verifier's parts into the one file that a bundle carries."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from kernel.invisible import HIDDEN

_FOLDER: Final = Path(__file__).parent / "verifier"
# The quorum's rules are the very ones by which Foundry releases.
_QUORUM: Final = Path(__file__).parent.parent / "quorum.py"
_DERIVATION: Final = Path(__file__).parent.parent.parent / "audit" / "derivation.py"
_NAMES: Final = ("hidden", "reading", "archive", "ed25519", "keys", "chain", "report", "record", "releases", "main")
# What is joined needs no import; the future is not one that Python could take from this folder, and is not needed.
_OURS: Final = frozenset({"__future__", "audit", "kernel", "publishing"})
PARTS: Final = (_QUORUM, _DERIVATION, *(_FOLDER / f"{name}.py" for name in _NAMES))

# Before anything else is imported: a module that somebody laid beside verify.py is not Python's.
_OWN_PATH: Final = """import sys

if __name__ == "__main__" and not (sys.flags.isolated or getattr(sys.flags, "safe_path", False)):
    del sys.path[0]
"""


@functools.cache
def verifier_source() -> bytes:
    """The text of `verify.py`: the last part's docstring, everybody's imports once, then the parts in order."""
    trees = {part: ast.parse(_text(part)) for part in PARTS}
    docstring = _lines(_text(PARTS[-1]), trees[PARTS[-1]].body[0])
    imports = _imports([node for tree in trees.values() for node in tree.body])
    head = ["#!/usr/bin/env python3", docstring, "", _OWN_PATH, *imports]
    bodies = [f"_HIDDEN = re.compile({HIDDEN.pattern!a})", *(_body(_text(part), tree) for part, tree in trees.items())]
    return ("\n".join(head) + "\n\n\n" + "\n\n\n".join(bodies) + "\n").encode()


def _text(part: Path) -> str:
    return part.read_text(encoding="utf-8")


def _lines(text: str, node: ast.stmt) -> str:
    return "\n".join(text.splitlines()[node.lineno - 1 : node.end_lineno])


def _imports(nodes: Iterable[ast.stmt]) -> list[str]:
    """What is imported from the standard library, each once; the other parts and the future are left out."""
    plain: set[str] = set()
    named: dict[str, set[str]] = {}
    for node in nodes:
        if isinstance(node, ast.Import):
            plain.add(ast.unparse(node))
        elif isinstance(node, ast.ImportFrom) and str(node.module).split(".", 1)[0] not in _OURS:
            named.setdefault(str(node.module), set()).update(each.name for each in node.names)
    lines = [f"from {module} import {', '.join(sorted(names))}" for module, names in sorted(named.items())]
    return [*sorted(plain), *lines]


def _body(text: str, tree: ast.Module) -> str:
    """What follows the docstring and the imports, with the comments between."""
    last = max(node.end_lineno or 0 for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom))
    return "\n".join(text.splitlines()[last:]).strip("\n")
