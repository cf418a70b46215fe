"""Background jobs of versions and what hangs on them, which procrastinate finds in this module."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from audit.periodic import periodic_job
from blobs.jobs import queue_again
from drafts.attachments.previews import without_preview
from drafts.attachments.services import remove_uploads


@periodic_job(cron="*/10 * * * *", label=_("uploads"), queueing_lock="uploads", lock="uploads")
def clear_uploads(timestamp: int) -> None:
    """Remove the uploads that have ended or expired. `timestamp`, when the job was due, is not used."""
    remove_uploads()


@periodic_job(cron="*/5 * * * *", label=_("previews"), queueing_lock="previews", lock="previews")
def queue_previews(timestamp: int) -> None:
    """Queue previews that are missing, as their storage was away or their worker was killed. `timestamp`: as above."""
    queue_again(hashes=without_preview().values_list("blob_id", flat=True).distinct().order_by())
