"""What a Prometheus server learns about the files of the site."""

from __future__ import annotations

from typing import Final

from kernel.metrics import SiteFigure

FIGURES: Final = (
    SiteFigure("foundry_uploads_under_way", "Uploads that are not attached yet.", "SELECT count(*) FROM drafts_upload"),
    SiteFigure(
        "foundry_upload_bytes",
        "Bytes that uploads which are not attached yet have brought.",
        "SELECT coalesce(sum(received), 0) FROM drafts_upload",
    ),
)
