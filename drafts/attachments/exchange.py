"""Attachments in a project's file, with every byte of their files, removed ones included.

Uploads are not in it: they are no record. An imported project does not get its attachments again: whoever attached or
removed a file did so at the other site, and the file keeps it (docs/adr/0006).
"""

from __future__ import annotations

from typing import Final

from drafts.attachments.models import Attachment
from drafts.exchange.registry import ExportedTable

ATTACHMENTS: Final = ExportedTable(Attachment, files=lambda row: [(row["blob_id"], row["blake3"])])
