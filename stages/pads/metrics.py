"""What a Prometheus server learns about pads on one node, also before anybody has opened one there."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from prometheus_client import Counter, Gauge, Histogram

if TYPE_CHECKING:
    from stages.pads.documents import Documents

# What a change is refused with. Series that are there from the beginning have a rate when the first one happens.
_CODES: Final = (
    *("client_ref_reused", "conflict", "not_found", "pad_closed", "pad_renewed", "payload_too_large"),
    *("permission_denied", "project_frozen", "validation_failed"),
)
REVISIONS: Final = Counter("foundry_pad_revisions", "Changes of pads that were appended to their logs.")
REFUSALS: Final = Counter(
    "foundry_pad_refusals", "Changes of pads that were refused, by the code of the refusal.", ["code"]
)
BATCH: Final = Histogram(
    "foundry_pad_batch", "Changes that were appended in one transaction.", buckets=(1, 2, 5, 10, 20, 50, 100, 200)
)
APPENDING: Final = Histogram(
    "foundry_pad_append_seconds",
    "How long appending a batch took.",
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5),
)
_COUNT: Final = Gauge("foundry_pad_documents", "Documents of pads in the memory of this node.")
_BYTES: Final = Gauge("foundry_pad_document_bytes", "What they take, in bytes, as far as is known.")


def _documents() -> Documents | None:
    """Those of this node; None before they are loaded, with the library of shared documents."""
    loaded = sys.modules.get("stages.pads.documents")
    return loaded.DOCUMENTS if loaded else None


def _count_documents() -> int:
    documents = _documents()
    return documents.count if documents else 0


def _count_bytes() -> int:
    documents = _documents()
    return documents.memory if documents else 0


for _code in _CODES:
    REFUSALS.labels(_code)
_COUNT.set_function(_count_documents)
_BYTES.set_function(_count_bytes)
