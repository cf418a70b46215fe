"""A check of ``script/check``: in Python, texts that people read must go through gettext.

Checked are the arguments of refusals (every class of `kernel.errors`, and `ValidationError`), of messages, what names
a field, a form, a choice or an action on pages and in the admin, and the title of each refusal. Not for people, and so
not checked: codes and names of fields (keys, keywords other than `detail`), programs for a terminal
(`management/commands`, the launcher, and in `drafts/exchange` the reading of files and repositories, which only
commands do), the description of the API (`help_text` of serializers), findings of a verification, which are recorded as
evidence in one language, logs, and errors that mean a defect (`ValueError` and the like).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from foundry_site.environment import BASE_DIR

NOT_FOR_PEOPLE = (
    "bench/**",
    "tests/**",
    "**/migrations/**",
    "**/management/**",
    "foundry_site/launcher/**",
    "drafts/exchange/**",
)
# Their `help_text` is the description of the API.
DESCRIPTIONS = ("serializers.py", "schema.py")
TRANSLATES = frozenset({"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"})
MESSAGES = frozenset({"debug", "info", "success", "warning", "error", "add_message"})
# What these keywords name is shown, wherever they are given.
SHOWN = frozenset({"verbose_name", "verbose_name_plural", "help_text", "label", "empty_label", "short_description"})
# Decorators of the admin.
DESCRIBED = frozenset({"display", "action"})
ERRORS = "kernel.errors"
VALIDATION_ERROR = "ValidationError"
_Function = ast.FunctionDef | ast.AsyncFunctionDef
# A value of the program rather than words: the name of a field, a folder, a state.
_CODE = re.compile(r"[a-z]+(_[a-z]+)*/?")
_WORDS = re.compile(r"[^\W\d_]{2,}")


def problems() -> Iterator[str]:
    """Every text for people that is not translated, with its file and line."""
    refusals = refusal_names((BASE_DIR / "kernel" / "errors.py").read_text())
    for path in sorted(BASE_DIR.rglob("*.py")):
        name = path.relative_to(BASE_DIR)
        if name.parts[0].startswith((".", "node_modules")) or any(_matches(name, each) for each in NOT_FOR_PEOPLE):
            continue
        shown = SHOWN - {"help_text"} if path.name.endswith(DESCRIPTIONS) else SHOWN
        for line, words in untranslated(path.read_text(), refusals, shown):
            yield f"{name}:{line}: not translated: {words}"


def refusal_names(source: str) -> frozenset[str]:
    """The classes that a module of errors defines, and those of Django and DRF that say what is wrong with an input."""
    classes = (node.name for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ClassDef))
    return frozenset({*classes, VALIDATION_ERROR})


def untranslated(source: str, refusals: frozenset[str], names: frozenset[str] = SHOWN) -> list[tuple[int, str]]:
    """The texts for people in a module that do not go through gettext, with their lines.

    A name is read as what the same function, or the module, assigns to it; a call, for what a function of the same
    module returns.
    """
    module = ast.parse(source)
    refusals -= _others(module)
    functions = [node for node in ast.walk(module) if isinstance(node, _Function)]
    by_name = {each.name: each for each in functions}
    constants = _bound(module.body)
    found: set[tuple[int, str]] = set()
    for scope in (module, *functions):
        origins = _Origins({**constants, **(_bound(ast.walk(scope)) if scope is not module else {})}, by_name)
        for node in ast.walk(scope):
            for shown in _shown(node, refusals, names):
                found.update((line, text) for line, text in origins.texts(shown) if _WORDS.search(text))
    return sorted(found)


def _others(module: ast.Module) -> frozenset[str]:
    """What has the name of a refusal in a module and is none, such as the conflict of two values."""
    imports = [node for node in ast.walk(module) if isinstance(node, ast.ImportFrom) and node.module != ERRORS]
    imported = {alias.asname or alias.name for node in imports for alias in node.names} - {VALIDATION_ERROR}
    plain = {node.name for node in module.body if isinstance(node, ast.ClassDef) and not node.bases}
    return frozenset(imported | plain)


def _shown(node: ast.AST, refusals: frozenset[str], names: frozenset[str]) -> Iterator[ast.expr]:
    """The expressions of a node that people will read."""
    if isinstance(node, ast.Call):
        name = _called(node)
        if name in refusals:
            yield from node.args[:1]
            yield from (each.value for each in node.keywords if each.arg in {"detail", "message"})
        elif name in MESSAGES and _owner(node) == "messages":
            yield from node.args[1:]
        yield from (each.value for each in node.keywords if each.arg in names)
        if name in DESCRIBED and _owner(node) == "admin":
            yield from (each.value for each in node.keywords if each.arg == "description")
    elif isinstance(node, ast.ClassDef):
        bases = {base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "") for base in node.bases}
        for statement in node.body:
            if isinstance(statement, ast.Assign):
                yield from _assigned(statement, bases, is_refusal=node.name in refusals or bool(bases & refusals))


def _assigned(statement: ast.Assign, bases: set[str], *, is_refusal: bool) -> Iterator[ast.expr]:
    """What an assignment in a class shows: `verbose_name`, the label of a choice, the title of a refusal."""
    (target,) = statement.targets[:1]
    value = statement.value
    if isinstance(target, ast.Name) and target.id in SHOWN:
        yield value
    elif bases & {"TextChoices", "IntegerChoices"} and isinstance(value, ast.Tuple):
        yield value.elts[-1]
    elif is_refusal and isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        names = [getattr(each, "id", "") for each in target.elts]
        yield from (text for name, text in zip(names, value.elts, strict=False) if name == "title")


@dataclass(frozen=True, slots=True)
class _Origins:
    """Where the texts of an expression may come from: values of names, and what functions return."""

    bound: Mapping[str, Sequence[ast.expr]]
    functions: Mapping[str, _Function]

    def texts(self, shown: ast.expr) -> Iterator[tuple[int, str]]:
        """The literal texts of an expression that it does not translate; keys of a dict are names of fields."""
        if isinstance(shown, ast.Constant):
            if isinstance(shown.value, str):
                yield shown.lineno, shown.value
        elif isinstance(shown, ast.Name):
            without = replace(self, bound={name: values for name, values in self.bound.items() if name != shown.id})
            yield from without.texts_of_all(self.bound.get(shown.id, ()))
        elif isinstance(shown, ast.Call):
            yield from self._texts_of_call(shown)
        elif not isinstance(shown, (ast.Subscript, ast.Compare, ast.Attribute)):
            yield from self.texts_of_all(_parts(shown))

    def _texts_of_call(self, call: ast.Call) -> Iterator[tuple[int, str]]:
        name = _called(call)
        if name in TRANSLATES:
            return
        if isinstance(call.func, ast.Attribute):
            yield from self.texts(call.func.value)
            if name == "format":
                values = [*call.args, *(keyword.value for keyword in call.keywords)]
                yield from (text for text in self.texts_of_all(values) if not _CODE.fullmatch(text[1]))
        elif name in self.functions:
            function = self.functions[name]
            others = {each: other for each, other in self.functions.items() if each != name}
            inside = _Origins({**self.bound, **_bound(ast.walk(function))}, others)
            yield from inside.texts_of_all(_returned(function))

    def texts_of_all(self, shown: Iterable[ast.expr]) -> Iterator[tuple[int, str]]:
        for each in shown:
            yield from self.texts(each)


def _parts(shown: ast.expr) -> Iterable[ast.expr]:
    """The parts of an expression whose texts become part of its text."""
    if isinstance(shown, ast.Dict):
        return shown.values
    if isinstance(shown, ast.DictComp):
        return [shown.value]
    if isinstance(shown, ast.IfExp):
        return [shown.body, shown.orelse]
    if isinstance(shown, ast.FormattedValue):
        return [shown.value] if isinstance(shown.value, ast.Name) else []
    return [part for part in ast.iter_child_nodes(shown) if isinstance(part, ast.expr)]


def _bound(nodes: Iterable[ast.AST]) -> dict[str, list[ast.expr]]:
    """The values that assignments give to names."""
    bound: dict[str, list[ast.expr]] = {}
    for node in nodes:
        if isinstance(node, ast.Assign):
            targets, value = node.targets, node.value
        elif isinstance(node, (ast.AnnAssign, ast.AugAssign)) and node.value is not None:
            targets, value = [node.target], node.value
        else:
            continue
        for target in targets:
            if isinstance(target, ast.Name):
                bound.setdefault(target.id, []).append(value)
    return bound


def _returned(function: _Function) -> list[ast.expr]:
    return [node.value for node in ast.walk(function) if isinstance(node, ast.Return) and node.value is not None]


def _called(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _owner(call: ast.Call) -> str:
    return getattr(getattr(call.func, "value", None), "id", "")


def _matches(name: Path, pattern: str) -> bool:
    parts = pattern.removesuffix("/**").removeprefix("**/").split("/")
    if pattern.startswith("**/"):
        return parts[0] in name.parts
    return list(name.parts[: len(parts)]) == parts
