"""p9a and p9b: the difference of large texts, against the standard library."""

from __future__ import annotations

import difflib
import random

from bench.figure import Figure, Goal, compared, seconds
from drafts.compare.text import compare_texts

LINES, CHANGES = 20_000, 2_000
WORDS, WORD_CHANGES = 20_000, 500
# As many different words as 20,000 words of English have.
VOCABULARY = 3_000
NOT_PROSE = "Where nearly every word is another one, as in a list of identifiers, difflib is fast itself: about 4 ×."


def measure(wanted: set[str], *, quick: bool) -> list[Figure]:
    """Those of p9a and p9b that are wanted."""
    rounds = 1 if quick else 3
    choose = random.Random(9)  # noqa: S311 - the same texts every time
    figures = []
    if "p9a" in wanted:
        base, target = _texts(choose)
        pairs = [
            (seconds(lambda: compare_texts(base, target)), seconds(lambda: _unified(base, target)))
            for _ in range(rounds)
        ]
        title = "Whole compare of two 1 MB texts with 2,000 changes"
        figures.append(
            compared("p9a", title, "s", Goal("<=", 3), pairs, notes=["Baseline: difflib.unified_diff, lines only."])
        )
    if "p9b" in wanted:
        line, other = _lines(choose)
        times = [(seconds(lambda: compare_texts(line, other)), seconds(lambda: _words(line, other))) for _ in range(1)]
        rates = [(1 / value, 1 / baseline) for value, baseline in times]
        title = "Words inside a 20,000-word line with 500 changes"
        figures.append(
            compared(
                "p9b",
                title,
                "compares/s",
                Goal(">=", 20),
                rates,
                notes=["Baseline: difflib.SequenceMatcher.", NOT_PROSE],
            )
        )
    return figures


def _texts(choose: random.Random) -> tuple[str, str]:
    lines = [f"{number:05d} " + "".join(choose.choices("abcdefgh ", k=44)) for number in range(LINES)]
    changed = list(lines)
    for number in choose.sample(range(LINES), CHANGES):
        changed[number] = changed[number].replace("a", "xy", 2) + "!"
    return "\n".join(lines) + "\n", "\n".join(changed) + "\n"


def _lines(choose: random.Random) -> tuple[str, str]:
    """Two lines of prose: the n-th word of its vocabulary comes 1/n as often as the first (Zipf's law)."""
    vocabulary = ["".join(choose.choices("abcdefgh", k=6)) for _ in range(VOCABULARY)]
    words = choose.choices(vocabulary, weights=[1 / rank for rank in range(1, VOCABULARY + 1)], k=WORDS)
    changed = list(words)
    for number in choose.sample(range(WORDS), WORD_CHANGES):
        changed[number] = "changed"
    return " ".join(words) + "\n", " ".join(changed) + "\n"


def _unified(base: str, target: str) -> None:
    for _ in difflib.unified_diff(base.splitlines(), target.splitlines()):
        pass


def _words(base: str, target: str) -> None:
    difflib.SequenceMatcher(None, base.split(" "), target.split(" "), autojunk=False).get_opcodes()
