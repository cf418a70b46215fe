"""Everything that writes versions: save, revert, undo, redo."""

from drafts.services.restoring import redo_draft, revert_draft, undo_draft
from drafts.services.saving import save_draft

__all__ = ["redo_draft", "revert_draft", "save_draft", "undo_draft"]
