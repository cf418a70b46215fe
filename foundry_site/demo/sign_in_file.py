"""``demo.json`` in the data folder: how to sign in to the demo accounts."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TypedDict

NAME = "demo.json"


class DemoAccount(TypedDict):
    """One account; ``role`` is its role in the project, or ``auditor``."""

    username: str
    password: str
    role: str


class Demo(TypedDict):
    """Everything in the file."""

    url: str
    project_id: str
    accounts: list[DemoAccount]


def read(data_dir: Path) -> Demo | None:
    """What the file says; None where there is none."""
    try:
        demo: Demo = json.loads((data_dir / NAME).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return demo


def write(data_dir: Path, demo: Demo) -> None:
    """Write the file for its owner's eyes only (mode 600), whole or not at all."""
    path = data_dir / NAME
    temporary = path.with_suffix(".new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(demo, file, indent=2, ensure_ascii=False)
        file.write("\n")
    temporary.replace(path)
