"""What a Prometheus server learns about pads on one node."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

from stages.pads.documents import DOCUMENTS

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
_COUNT.set_function(lambda: DOCUMENTS.count)
_BYTES.set_function(lambda: DOCUMENTS.memory)
