"""The table of `docs/benchmarks.md`, its plot, and the JSON for machines."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import escape

import psutil

from bench.figure import Figure
from foundry_site.environment import BASE_DIR

DOCUMENT = BASE_DIR / "docs" / "benchmarks.md"
PLOT = BASE_DIR / "docs" / "benchmarks.svg"
BEGIN, END = "<!-- table: script/bench writes from here -->", "<!-- to here -->"
GIBIBYTE = 2**30


def line(figure: Figure) -> str:
    """One figure for the terminal."""
    verdict = "holds" if figure.holds else "DOES NOT HOLD"
    return (
        f"{figure.number:4} {figure.title}: {_number(figure.value)} {figure.unit}, baseline {_number(figure.baseline)},"
        f" ratio {figure.ratio:.2f} (goal {figure.goal}): {verdict}"
    )


def write_json(figures: Sequence[Figure], path: Path) -> None:
    """`{"p1": {"value", "unit", "baseline", "ratio", "goal", "holds", …}, …}`."""
    content = {figure.number: figure.as_json() for figure in figures}
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def write_document(figures: Sequence[Figure]) -> None:
    """Put the table and the plot of a full run into the document; what people wrote around it stays."""
    text = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    DOCUMENT.write_text(f"{before}{BEGIN}\n\n{_table(figures)}\n{END}{after}", encoding="utf-8")
    PLOT.write_text(plot(figures), encoding="utf-8")


def _table(figures: Sequence[Figure]) -> str:
    memory = psutil.virtual_memory().total / GIBIBYTE
    when = datetime.now(UTC).strftime("%d %B %Y")
    machine = f"{os.cpu_count()} cores ({platform.machine()}), {memory:.0f} GiB, Python {platform.python_version()}"
    rows = [
        f"Measured on {when}: {machine}. Medians of the rounds; in brackets the smallest and the largest.",
        "",
        "| no. | what | measured | baseline | ratio | goal | |",
        "|---|---|---|---|---|---|---|",
    ]
    for figure in figures:
        measured = f"{_number(figure.value)} {figure.unit}{_spread(figure.values)}"
        baseline = f"{_number(figure.baseline)}{_spread(figure.baselines)}"
        verdict = "holds" if figure.holds else "**does not hold**"
        cells = (figure.number, figure.title, measured, baseline, f"{figure.ratio:.2f}", str(figure.goal), verdict)
        rows.append(f"| {' | '.join(cells)} |")
    rows += ["", "![How far each goal is met](benchmarks.svg)"]
    rows += ["", *(f"- {figure.number}: {note}" for figure in figures for note in figure.notes), ""]
    return "\n".join(rows)


def plot(figures: Sequence[Figure]) -> str:
    """Each figure as a bar: how far the goal is met, 1 being just met, on a scale that ends at 4."""
    height = 34 * len(figures) + 40
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="760" height="{height}" font-family="sans-serif"',
        ' font-size="13">',
        f'<rect width="760" height="{height}" fill="#fefdfc"/>',
        f'<line x1="400" y1="20" x2="400" y2="{height - 20}" stroke="#87847e" stroke-dasharray="3 3"/>',
        '<text x="404" y="16" fill="#5e666a">goal</text>',
    ]
    for row, figure in enumerate(figures):
        met = figure.ratio / figure.goal.value if figure.goal.sense == ">=" else figure.goal.value / figure.ratio
        y, width, colour = 30 + 34 * row, min(met, 4.0) * 100, "#036262" if figure.holds else "#cc2827"
        parts += [
            f'<text x="288" y="{y + 14}" text-anchor="end" fill="#181f22">{escape(figure.number)}</text>',
            f'<rect x="300" y="{y}" width="{width:.0f}" height="20" fill="{colour}"/>',
            f'<text x="{308 + width:.0f}" y="{y + 14}" fill="#444c4f">{figure.ratio:.2f} × (goal {figure.goal})</text>',
        ]
    return "\n".join([*parts, "</svg>", ""])


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _spread(values: Sequence[float]) -> str:
    return f" ({_number(min(values))}–{_number(max(values))})" if len(values) > 1 else ""
