"""Registers: what was written and is signed (`log`), what follows from it (`derived`), and what is shown (`shown`)."""

from stages.registers.models.derived import Document, EdgeEnds, EdgeIndex, FieldState, Life, Mapping
from stages.registers.models.keys import ActorKey, KeyRevocation
from stages.registers.models.log import Bundle, Operation
from stages.registers.models.shown import Conflict, Edge, Record, Row
from stages.registers.models.staged import Overlay
from stages.registers.models.typing import TextWriter

__all__ = [
    "ActorKey",
    "Bundle",
    "Conflict",
    "Document",
    "Edge",
    "EdgeEnds",
    "EdgeIndex",
    "FieldState",
    "KeyRevocation",
    "Life",
    "Mapping",
    "Operation",
    "Overlay",
    "Record",
    "Row",
    "TextWriter",
]
