"""Figures of the whole site, which Prometheus reads at `/metrics` from whichever node it asks.

What one node counts for itself needs no registry: `prometheus_client` has its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from kernel.registry import Registry


@dataclass(frozen=True, slots=True)
class SiteFigure:
    """One figure: its name, what it says, and the SQL of one number.

    It is asked at each scrape, so it must be cheap: by an index, or from a table that stays small. No row means 0.
    """

    name: str
    description: str
    sql: str


SITE_FIGURES: Final = Registry[SiteFigure]("figure of the site")


def register_figures(*figures: SiteFigure) -> None:
    """Register figures by their names; called once from an app's `ready()`."""
    for figure in figures:
        SITE_FIGURES.register(figure.name, figure)
