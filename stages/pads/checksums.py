"""The checksums of pads, by which clients notice that they have another text."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from uuid import UUID

from kernel.crdt.documents import DocumentBroken
from stages.pads.documents import DOCUMENTS

logger = logging.getLogger(__name__)


def read_checksums(heads: Mapping[UUID, int]) -> dict[UUID, tuple[int, int]]:
    """The newest revision of each pad with the CRC-32 of its text; `heads` are the revisions that are known."""
    found = {}
    for pad_id, head in heads.items():
        try:
            with DOCUMENTS.using(pad_id) as cached:
                loaded = cached.load(pad_id)
                if loaded.revision < head:
                    loaded = cached.newest(pad_id)
                found[pad_id] = (loaded.revision, loaded.document.crc())
        except DocumentBroken:
            logger.exception("The document of pad %s cannot be loaded", pad_id)
    return found
