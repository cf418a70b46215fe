"""A request that arrived at the provider of models on this machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.runs.wires import Wire


@dataclass
class Asked:
    """A request that arrived; names of headers are lower case."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    wire: Wire
    model: str

    @property
    def key(self) -> str:
        """What was sent as the key, in whichever header."""
        names = ("authorization", "x-api-key", "x-goog-api-key")
        return next((self.headers[name].removeprefix("Bearer ") for name in names if name in self.headers), "")
