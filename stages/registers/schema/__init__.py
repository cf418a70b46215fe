"""What tables, columns and relations a project has. They are records themselves, so that sites exchange them.

Nothing here is needed to know what an operation means: a value that fits no column is kept, and shown as a misfit.
"""

from stages.registers.schema.model import TYPES, Column, Option, Relation, SavedView, Table
from stages.registers.schema.reading import Schema

__all__ = ["TYPES", "Column", "Option", "Relation", "SavedView", "Schema", "Table"]
