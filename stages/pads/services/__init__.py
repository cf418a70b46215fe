"""The writes of pads."""

from stages.pads.services.appending import append_revision, append_revisions
from stages.pads.services.editing import edit_pad
from stages.pads.services.pads import close_pad, create_pad, reopen_pad, update_pad
from stages.pads.services.snapshots import keep_snapshot, keep_snapshot_if_due, tidy_snapshots
from stages.pads.services.writers import open_writer

__all__ = [
    "append_revision",
    "append_revisions",
    "close_pad",
    "create_pad",
    "edit_pad",
    "keep_snapshot",
    "keep_snapshot_if_due",
    "open_writer",
    "reopen_pad",
    "tidy_snapshots",
    "update_pad",
]
