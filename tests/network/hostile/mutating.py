"""Messages that are nearly right: a valid one in which something has been exchanged, seeded."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from typing import Any, Final

# What JSON cannot say, or what Python would write otherwise, is put into the text afterwards.
RAW: Final = {
    "@nan": "NaN",
    "@infinite": "-Infinity",
    "@float": "1.0",
    "@minus": "-0",
    "@huge": "1" + "0" * 5_000,
    "@exponent": "1e400",
    "@lone": '"\\ud800"',
    "@deep": "[" * 2_000 + "]" * 2_000,
    "@control": '"a\\u0000b"',
}
VALUES: Final[tuple[Any, ...]] = (
    *RAW,
    None,
    True,
    [],
    {},
    [[]],
    -1,
    0,
    2**31,
    2**53,
    2**63,
    2**64,
    10**30,
    "",
    "0",
    "0" * 64,
    "F" * 64,
    "x" * 70_000,
    "../../../etc/passwd",
    "\u202egnp.exe",
    "Ｂａｓｅｌ",
    "é" * 64,
    "0" * 24,
    "f" * 24,
    {"a": {"b": [1]}},
    [None] * 600,
    {str(number): number for number in range(1_200)},
)


def mutated(chance: random.Random, message: Any) -> str:
    """The text of a message with one to three things wrong."""
    changed = copy.deepcopy(message)
    for _ in range(chance.choice((1, 1, 2, 3))):
        holder, key = _place(chance, changed)
        chance.choice(ACTS)(chance, holder, key)
    text = json.dumps(changed)
    for mark, raw in RAW.items():
        text = text.replace(json.dumps(mark), raw)
    return chance.choice(SPOILERS)(chance, text) if chance.random() < 0.15 else text


def _place(chance: random.Random, value: Any) -> tuple[Any, Any]:
    """An object or a list somewhere in the message, and one of its members."""
    found = [(value, key) for key in value]
    deeper = [each for each in found if isinstance(each[0][each[1]], dict | list) and each[0][each[1]]]
    while deeper and chance.random() < 0.7:
        holder, key = chance.choice(deeper)
        inner = holder[key]
        found = [(inner, each) for each in (inner if isinstance(inner, dict) else range(len(inner)))]
        deeper = [each for each in found if isinstance(each[0][each[1]], dict | list) and each[0][each[1]]]
    return chance.choice(found)


def _replace(chance: random.Random, holder: Any, key: Any) -> None:
    holder[key] = copy.deepcopy(chance.choice(VALUES))


def _remove(_chance: random.Random, holder: Any, key: Any) -> None:
    if isinstance(holder, dict) and len(holder) > 1:
        del holder[key]
    else:
        holder[key] = None


def _add(chance: random.Random, holder: Any, key: Any) -> None:
    if isinstance(holder, dict):
        holder[chance.choice(("", "extra", "__proto__", "Ｖ", "v" * 300))] = chance.choice(VALUES)
    else:
        holder.append(copy.deepcopy(holder[key]))


def _repeat(_chance: random.Random, holder: Any, key: Any) -> None:
    holder[key] = [copy.deepcopy(holder[key])] * 40


def _cut(chance: random.Random, text: str) -> str:
    return text[: chance.randrange(len(text))]


def _double(_chance: random.Random, text: str) -> str:
    return text + text


def _twice(_chance: random.Random, text: str) -> str:
    """A member that is there twice."""
    return text[:-1] + ', "method": "state"}'


def _flip(chance: random.Random, text: str) -> str:
    place = chance.randrange(len(text))
    return text[:place] + chr(chance.randrange(1, 0xD800)) + text[place + 1 :]


ACTS: Final[tuple[Callable[[random.Random, Any, Any], None], ...]] = (
    _replace,
    _replace,
    _replace,
    _remove,
    _add,
    _repeat,
)
SPOILERS: Final[tuple[Callable[[random.Random, str], str], ...]] = (_cut, _double, _twice, _flip)
