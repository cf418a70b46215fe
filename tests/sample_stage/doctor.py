"""What the doctor says of this stage."""

from __future__ import annotations

from kernel.doctor import Diagnoses, ok
from tests.sample_stage.models import Note


def examine() -> Diagnoses:
    """How many notes there are."""
    yield ok("Sample stage", f"{Note._default_manager.count()} notes")
