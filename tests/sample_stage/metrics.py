"""What a Prometheus server learns about the notes of the site."""

from __future__ import annotations

from typing import Final

from kernel.metrics import SiteFigure

FIGURES: Final = (SiteFigure("foundry_sample_notes", "Notes.", "SELECT count(*) FROM sample_stage_note"),)
