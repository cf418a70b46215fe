"""What people do in registers, as payloads: each verb takes the acts and the schema, and writes nothing itself.

Verbs refuse by `kernel.errors` and name what is wrong. `checking` asks the same of payloads from elsewhere.
"""

from stages.registers.verbs.cells import Cell, CellWrite, set_fields, write_each
from stages.registers.verbs.conflicts import decide, resolve_conflict
from stages.registers.verbs.identity import merge, split_back, split_off
from stages.registers.verbs.links import confirm_links, link, move, set_properties, unlink
from stages.registers.verbs.mappings import MappingPreview, confirm_mapping, preview_mapping, suggest_mappings
from stages.registers.verbs.records import (
    Row,
    WrittenRows,
    attach,
    create_records,
    delete_records,
    detach,
    next_free_key,
    restore_records,
    write_cells,
    write_rows,
)
from stages.registers.verbs.relations import add_relation, change_relation, remove_relation, remove_view, save_view
from stages.registers.verbs.tables import (
    add_column,
    change_column,
    change_table,
    create_table,
    remove_column,
    remove_table,
    restore_column,
    restore_table,
)
from stages.registers.verbs.texts import resolve_text, text_tips, type_text

__all__ = [
    "Cell",
    "CellWrite",
    "MappingPreview",
    "Row",
    "WrittenRows",
    "add_column",
    "add_relation",
    "attach",
    "change_column",
    "change_relation",
    "change_table",
    "confirm_links",
    "confirm_mapping",
    "create_records",
    "create_table",
    "decide",
    "delete_records",
    "detach",
    "link",
    "merge",
    "move",
    "next_free_key",
    "preview_mapping",
    "remove_column",
    "remove_relation",
    "remove_table",
    "remove_view",
    "resolve_conflict",
    "resolve_text",
    "restore_column",
    "restore_records",
    "restore_table",
    "save_view",
    "set_fields",
    "set_properties",
    "split_back",
    "split_off",
    "suggest_mappings",
    "text_tips",
    "type_text",
    "unlink",
    "write_cells",
    "write_each",
    "write_rows",
]
