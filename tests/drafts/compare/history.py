"""Neighbouring versions of a real prompt history, where its file is on this machine."""

from __future__ import annotations

import json
import os
from itertools import pairwise
from pathlib import Path
from typing import Any

_BESIDE = Path(__file__).resolve().parents[4] / "shared" / "data" / "prompt-history.jsonl"


def neighbours(field: str, path: Path | None = None) -> list[tuple[Any, Any]]:
    """Each saved value of a field with the one that followed; nothing where there is no file."""
    path = path or Path(os.environ.get("FOUNDRY_PROMPT_HISTORY", _BESIDE))
    if not path.is_file():
        return []
    saves = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return list(pairwise(save["value"] for save in saves if save["field"] == field))
