"""What Foundry uses of libraries that is theirs: found in the source, and in the classes that override it."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import FunctionType

from django.apps import apps
from django.conf import settings

# What is not the product, or (the launcher, the bundle's verifier) runs without any library.
LEFT_OUT = {"tests", "bench", "migrations", "node_modules", ".venv", "launcher", "verifier"}
# Underscores that their own documentation names.
DOCUMENTED = {"_meta", "_default_manager", "_db", "_asdict", "_Hash"}


def used() -> set[str]:
    """The names: of modules with what is imported of them, and of attributes."""
    defined = {name for tree in _modules().values() for name in _defined_in(tree)}
    found = {name for tree in _modules().values() for name in _accessed_in(tree, defined)}
    return {*found, *_imported(), *_overridden()} - DOCUMENTED


@cache
def _modules() -> dict[str, ast.Module]:
    root = Path(settings.BASE_DIR)
    paths = [path.relative_to(root) for path in root.rglob("*.py")]
    kept = [path for path in paths if not LEFT_OUT.intersection(path.parts) and len(path.parts) > 1]
    return {".".join(path.with_suffix("").parts): ast.parse((root / path).read_text()) for path in sorted(kept)}


@cache
def _own_packages() -> frozenset[str]:
    return frozenset(name.partition(".")[0] for name in _modules())


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def _imported() -> Iterator[str]:
    for tree in _modules().values():
        for node in ast.walk(tree):
            if not isinstance(node, ast.ImportFrom) or not node.module:
                continue
            package, *rest = node.module.split(".")
            inner = any(part == "internal" or _is_private(part) for part in rest)
            if package not in _own_packages() and package != "__future__":
                yield from (f"{node.module}.{each.name}" for each in node.names if inner or _is_private(each.name))


def _defined_in(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and _is_own(node.value):
            yield node.attr


def _accessed_in(tree: ast.Module, defined: set[str]) -> Iterator[str]:
    """Attributes of something else than oneself, and one's own that no class of ours defines."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Attribute)
            and _is_private(node.attr)
            and not (_is_own(node.value) and node.attr in defined)
        ):
            yield node.attr


def _is_own(value: ast.expr) -> bool:
    return isinstance(value, ast.Name) and value.id in {"self", "cls"}


def _overridden() -> Iterator[str]:
    """Private methods of a library's class that a class of ours replaces."""
    for name, tree in _modules().items():
        for node in ast.walk(tree) if _can_be_imported(name) else ():
            if isinstance(node, ast.ClassDef) and node.bases and any(map(_is_private, _defined_in_class(node))):
                kind = getattr(importlib.import_module(name), node.name, None)
                if isinstance(kind, type):
                    yield from _replaced_by(kind)


def _can_be_imported(name: str) -> bool:
    """Whether it is not of a stage that this installation leaves out."""
    stage = ".".join(name.split(".")[:2])
    return f"{stage}.apps" not in _modules() or not stage.startswith("stages.") or apps.is_installed(stage)


def _defined_in_class(node: ast.ClassDef) -> list[str]:
    return [each.name for each in node.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)]


def _replaced_by(kind: type) -> Iterator[str]:
    others = [base for base in kind.__mro__[1:] if base.__module__.partition(".")[0] not in _own_packages()]
    for name, value in vars(kind).items():
        is_method = isinstance(value, FunctionType | property | classmethod | staticmethod)
        if is_method and _is_private(name) and any(name in vars(base) for base in others):
            yield name
