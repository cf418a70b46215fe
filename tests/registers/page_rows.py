"""Rows of the permission matrix: the pages of tables."""

from __future__ import annotations

from typing import Final

from tests.matrix import OPEN, WRITERS, Row

TABLE: Final = "registers/tables/requirements/"
_EDITORS: Final = (WRITERS, OPEN)
_NEW_TABLE: Final = {"title": "Risks", "key_prefix": "", "column": "Title", "type": "text", "options": ""}
PAGES: Final = (
    Row("registers:tables", "GET", "registers/", 302),
    Row("registers:rail_across", "GET", "registers/rail/", 200),
    Row("registers:new_table", "GET", "registers/new/", 200, *_EDITORS),
    Row("registers:new_table", "POST", "registers/new/", 302, *_EDITORS, _NEW_TABLE),
    Row("registers:relations", "GET", "registers/relations/", 200),
    Row("registers:new_relation", "GET", "registers/relations/new/", 200, *_EDITORS),
    # No table is chosen.
    Row("registers:new_relation", "POST", "registers/relations/new/", 400, *_EDITORS, {"title": "verifies"}),
    # There is none of this name.
    Row("registers:change_relation", "GET", "registers/relations/nothing/change/", "not_found", *_EDITORS),
    Row("registers:change_table", "GET", TABLE + "change/", 200, *_EDITORS),
    Row("registers:change_table", "POST", TABLE + "change/", 302, *_EDITORS, {"title": "Needs", "key_prefix": ""}),
    # The person who asks has written nothing: a conflict, whose status pages share with what is frozen.
    Row("registers:undo", "POST", "registers/undo/", "project_frozen", *_EDITORS),
    Row("registers:redo", "POST", "registers/redo/", "project_frozen", *_EDITORS),
    Row("registers:table", "GET", TABLE, 200),
    Row("registers:rows", "GET", TABLE + "rows/?offset=0&limit=100", 200),
    Row("registers:rail", "GET", TABLE + "rail/", 200),
    Row("registers:cell", "GET", TABLE + "cell/?record={record}&field=title", 200),
    Row("registers:choices", "GET", TABLE + "choices/?field=title&q=R", 200),
    # No body.
    Row("registers:paste", "POST", TABLE + "paste/", 400, *_EDITORS),
    Row("registers:create", "POST", TABLE + "create/", 200, *_EDITORS),
    Row("registers:delete", "POST", TABLE + "delete/", 400, *_EDITORS),
    Row("registers:filter", "GET", TABLE + "filter/?of=title&op=is&value=x", 302),
    Row("registers:columns", "GET", TABLE + "columns/?column=title", 302),
    Row("registers:new_column", "GET", TABLE + "columns/new/", 200, *_EDITORS),
    Row("registers:new_column", "POST", TABLE + "columns/new/", 302, *_EDITORS, {"title": "Due", "type": "date"}),
    Row("registers:change_column", "GET", TABLE + "columns/title/change/", 200, *_EDITORS),
    Row(
        "registers:change_column",
        "POST",
        TABLE + "columns/title/change/",
        302,
        *_EDITORS,
        {"title": "Statement", "type": "text"},
    ),
    Row("registers:table_of_file", "GET", "registers/new/of-file/", 200, *_EDITORS),
    Row("registers:table_of_file", "POST", "registers/new/of-file/", 400, *_EDITORS, {"title": "", "text": "A\n1"}),
    Row("registers:remove_column", "GET", TABLE + "columns/title/remove/", 200, *_EDITORS),
    Row("registers:remove_column", "POST", TABLE + "columns/title/remove/", 302, *_EDITORS, {"reason": "Not used"}),
    Row("registers:delete_table", "GET", TABLE + "remove/", 200, *_EDITORS),
    Row("registers:delete_table", "POST", TABLE + "remove/", 302, *_EDITORS, {"reason": "Not used"}),
    Row("registers:deleted", "GET", "registers/deleted/", 200),
    # It is there: a conflict, whose status pages share with what is frozen.
    Row(
        "registers:restore_deleted",
        "POST",
        "registers/deleted/restore/",
        "project_frozen",
        *_EDITORS,
        {"kind": "table", "table": "requirements"},
    ),
    Row("registers:save_view", "POST", TABLE + "views/", 302, *_EDITORS, {"name": "Mine", "query": "q=x"}),
    # There is no such view.
    Row("registers:remove_view", "POST", TABLE + "views/remove/", "not_found", *_EDITORS, {"name": "None"}),
    Row("registers:import", "GET", TABLE + "import/", 200, *_EDITORS),
    Row("registers:import", "POST", TABLE + "import/", 200, *_EDITORS, {"text": "Title\nOne\n"}),
    Row("registers:export", "GET", TABLE + "export/", 200),
)
BUDGETED_PAGES: Final = {
    "registers:new_table": "…registers/new/",
    "registers:relations": "…registers/relations/",
    "registers:new_relation": "…registers/relations/new/",
    "registers:rail_across": "…registers/rail/",
    "registers:deleted": "…registers/deleted/",
    "registers:table_of_file": "…registers/new/of-file/",
}
# They need a table; those that read have their budgets in `test_table_pages.py`.
NO_PAGES: Final = (
    *("registers:change_table", "registers:change_relation"),
    *("registers:tables", "registers:undo", "registers:redo", "registers:choices", "registers:paste"),
    *(
        "registers:create",
        "registers:delete",
        "registers:filter",
        "registers:columns",
        "registers:save_view",
        "registers:remove_view",
    ),
    *("registers:table", "registers:rows", "registers:rail", "registers:cell", "registers:new_column"),
    *("registers:remove_column", "registers:delete_table", "registers:restore_deleted"),
    *("registers:change_column", "registers:import", "registers:export"),
)
