"""Everything that writes registers."""

from stages.registers.services.previewing import Preview, preview
from stages.registers.services.undoing import redo, undo
from stages.registers.services.writing import write_bundle
from stages.registers.services.written import Written

__all__ = ["Preview", "Written", "preview", "redo", "undo", "write_bundle"]
