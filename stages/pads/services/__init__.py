"""The writes of pads."""

from stages.pads.services.appending import append_revision, append_revisions
from stages.pads.services.editing import edit_pad
from stages.pads.services.pads import close_pad, create_pad, reopen_pad, update_pad
from stages.pads.services.promoting import lock_for_promotion, promote_pad
from stages.pads.services.proposing import propose_pad
from stages.pads.services.recording import record_pad, record_pads
from stages.pads.services.renewing import renew_pad, report_difference
from stages.pads.services.reverting import restore_pad, take_back_changes
from stages.pads.services.snapshots import keep_snapshot, tidy_snapshots
from stages.pads.services.tidying import is_tidying_due, tidy_document, tidy_if_due
from stages.pads.services.writers import open_writer

__all__ = [
    "append_revision",
    "append_revisions",
    "close_pad",
    "create_pad",
    "edit_pad",
    "is_tidying_due",
    "keep_snapshot",
    "lock_for_promotion",
    "open_writer",
    "promote_pad",
    "propose_pad",
    "record_pad",
    "record_pads",
    "renew_pad",
    "reopen_pad",
    "report_difference",
    "restore_pad",
    "take_back_changes",
    "tidy_document",
    "tidy_if_due",
    "tidy_snapshots",
    "update_pad",
]
