"""Everything that writes versions: save, change of files, revert, undo, redo."""

from drafts.services.filing import change_files
from drafts.services.restoring import redo_draft, revert_draft, undo_draft
from drafts.services.saving import save_draft

__all__ = ["change_files", "redo_draft", "revert_draft", "save_draft", "undo_draft"]
