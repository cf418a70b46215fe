"""What the stage promises."""

from __future__ import annotations

from typing import Final

from audit.controls import Control

CONTROL: Final = Control("c99", "a note is in the bundle as it was written", "11.10b", stage="sample_stage")
