"""One history with a payload of every type, written out, whose state hash never changes."""

from __future__ import annotations

import base64
import itertools
from typing import Final

from stages.registers.fold.definition import replay
from stages.registers.fold.payloads import (
    AttachFacet,
    ConfirmFieldMapping,
    CreateEdge,
    CreateEntity,
    CreateOrderedEdge,
    DeleteEdge,
    DeleteEntity,
    DetachFacet,
    MergeEntities,
    MoveOrderedEdge,
    RebalanceOrderedEdges,
    SetCRDTField,
    SetField,
    SplitEntity,
)
from stages.registers.fold.views import State
from tests.registers.fold.writing import Site, numbered_id

A, B, C, D, E, F, G, H = (numbered_id(number) for number in range(1, 9))
EDGE, ORDERED, GONE = (numbered_id(number) for number in range(11, 14))
# “Ölstand 😀”, as the client 7 typed it.
TYPED: Final = base64.b64decode("AQEHAAQBBHRleHQNw5Zsc3RhbmQg8J+YgAA=")
FILE: Final = {"blake3": "ab" * 32, "name": "plan.pdf", "size": 3, "media_type": "application/pdf"}


def golden_state() -> State:
    ids = itertools.count(1_000)
    basel, plant = Site("Basel", ids), Site("plant", ids)
    first = basel.write(
        [
            *(CreateEntity(each) for each in (A, B, C, D)),
            *(AttachFacet(each, "requirements") for each in (A, B, C)),
            AttachFacet(A, "risks"),
            SetField(A, "requirements", "title", "Pump stops"),
            SetField(A, "risks", "title", "Leck ≥ 2 °C"),
            SetField(B, "requirements", "prio", 0.1),
            SetField(C, "requirements", "plan", FILE),
            SetCRDTField(A, "requirements", "body", TYPED),
            CreateEdge(EDGE, A, B, None, {"note": True}),
            CreateOrderedEdge(ORDERED, A, C, "contains", "a0", {}),
            CreateOrderedEdge(GONE, A, B, "contains", "a0V", {"note": None}),
        ]
    )
    seen = {basel.site_key: first.hlc}
    plant.now_ms = 700
    apart = plant.write(
        [
            SetField(A, "requirements", "title", "Pumpe steht"),
            MergeEntities(B, C),
            MoveOrderedEdge(ORDERED, "Zz"),
            DeleteEntity(D),
            SetField(EDGE, "edge:", "note", 1e21),
        ],
        seen=seen,
    )
    basel.now_ms = 2_000
    here = basel.write(
        [
            ConfirmFieldMapping("risks", "title", "requirements", "title"),
            SetField(D, "requirements", "title", "kept"),
            SetField(EDGE, "edge:", "note", False),
            RebalanceOrderedEdges(A, "contains", ((ORDERED, "a1"), (GONE, "a2"))),
            SplitEntity(A, E, ("risks",)),
            DetachFacet(B, "requirements"),
            SetField(A, "requirements", "title", "resolved", (first.operations[8].op_id,)),
            DeleteEdge(GONE),
            SetField(B, "requirements", "prio", None, unset=True),
        ]
    )
    return replay(operation for bundle in (first, apart, here) for operation in bundle.operations)
