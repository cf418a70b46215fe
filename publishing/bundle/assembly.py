"""Joins the verifier's modules, and those of the stages, into the file `verify.py` of a bundle."""

from __future__ import annotations

import ast
import functools
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from kernel.invisible import HIDDEN
from publishing.bundle.parts import BUNDLE_PARTS

_FOLDER: Final = Path(__file__).parent / "verifier"
# The same quorum rules by which Foundry releases.
_QUORUM: Final = Path(__file__).parent.parent / "quorum.py"
_DERIVATION: Final = Path(__file__).parent.parent.parent / "audit" / "derivation.py"
_NAMES: Final = ("hidden", "reading", "archive", "ed25519", "keys", "chain", "report", "record", "releases", "parts")
_TRUNK: Final = (_QUORUM, _DERIVATION, *(_FOLDER / f"{name}.py" for name in _NAMES))
_MAIN: Final = _FOLDER / "main.py"
# Imports that are left out: joined modules need none, and `__future__` could be imported from the bundle's folder.
_JOINED: Final = frozenset({"__future__", "audit", "kernel", "publishing"})

# Runs before any other import, so that no module is imported from the folder of verify.py.
_OWN_PATH: Final = """import sys

if __name__ == "__main__" and not (sys.flags.isolated or getattr(sys.flags, "safe_path", False)):
    del sys.path[0]
"""


def verifier_source() -> bytes:
    """The text of `verify.py`, with the modules of all registered parts, ordered by name.

    Raises `ValueError` if a stage's module imports anything but the standard library and the verifier, or defines a
    top-level name that another module defines.
    """
    return _joined(tuple(Path(str(part.verifier.__file__)) for part in BUNDLE_PARTS.values()))


@functools.cache
def _joined(of_stages: tuple[Path, ...]) -> bytes:
    """The docstring of the last module, all imports once, then the modules in order."""
    texts = {path: path.read_text(encoding="utf-8") for path in (*_TRUNK, *of_stages, _MAIN)}
    trees = {path: ast.parse(text) for path, text in texts.items()}
    for path in of_stages:
        others = {name for other, tree in trees.items() if other != path for name in _top_level_names(tree)}
        _check_stage_module(path, trees[path], others)
    docstring = _lines(texts[_MAIN], trees[_MAIN].body[0])
    imports = _imports(node for tree in trees.values() for node in tree.body)
    head = ["#!/usr/bin/env python3", docstring, "", _OWN_PATH, *imports]
    bodies = [f"_HIDDEN = re.compile({HIDDEN.pattern!a})", *(_body(texts[path], tree) for path, tree in trees.items())]
    return ("\n".join(head) + "\n\n\n" + "\n\n\n".join(bodies) + "\n").encode()


def _check_stage_module(path: Path, tree: ast.Module, others: set[str]) -> None:
    for node in tree.body:
        modules = [each.name for each in node.names] if isinstance(node, ast.Import) else []
        modules += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
        for module in modules:
            package = module.split(".", 1)[0]
            if package not in sys.stdlib_module_names and package not in _JOINED:
                raise ValueError(f"{path} is a part of verify.py and cannot import {module}")
    if taken := sorted(others.intersection(_top_level_names(tree))):
        raise ValueError(f"{path} is a part of verify.py, where {taken[0]} is the name of something else")


def _top_level_names(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name))


def _lines(text: str, node: ast.stmt) -> str:
    return "\n".join(text.splitlines()[node.lineno - 1 : node.end_lineno])


def _imports(nodes: Iterable[ast.stmt]) -> list[str]:
    """The imports from the standard library, without duplicates."""
    plain: set[str] = set()
    named: dict[str, set[str]] = {}
    for node in nodes:
        if isinstance(node, ast.Import):
            plain.add(ast.unparse(node))
        elif isinstance(node, ast.ImportFrom) and str(node.module).split(".", 1)[0] not in _JOINED:
            named.setdefault(str(node.module), set()).update(map(ast.unparse, node.names))
    lines = [f"from {module} import {', '.join(sorted(names))}" for module, names in sorted(named.items())]
    return [*sorted(plain), *lines]


def _body(text: str, tree: ast.Module) -> str:
    """The source after the imports, with its comments."""
    last = max(node.end_lineno or 0 for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom))
    return "\n".join(text.splitlines()[last:]).strip("\n")
