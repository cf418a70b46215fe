"""Rows of the permission matrix: the pages of a record, of conflicts and of the traceability matrix."""

from __future__ import annotations

from typing import Final

from tests.matrix import OPEN, OTHER, WRITERS, Row

RECORD: Final = "registers/records/{record}/"
CONFLICT: Final = f"registers/conflicts/{OTHER}/"
MATRIX: Final = "registers/traceability/"
_EDITORS: Final = (WRITERS, OPEN)
# Nobody has such a link, conflict or record.
_NOTHING: Final = "not_found"
_SQUARE: Final = {"row": OTHER, "column": OTHER}
PAGES: Final = (
    Row("registers:record", "GET", RECORD, 200),
    Row("registers:record_history", "GET", RECORD + "history/", 200),
    Row("registers:record_edit", "GET", RECORD + "edit/?table=requirements&field=title", 200, *_EDITORS),
    Row(
        "registers:record_edit",
        "POST",
        RECORD + "edit/",
        # Without what the person saw: a conflict, whose status pages share with what is frozen.
        "project_frozen",
        *_EDITORS,
        {"table": "requirements", "field": "title", "text": "x", "base": ""},
    ),
    Row("registers:record_restore", "GET", RECORD + "restore/", 302, *_EDITORS),
    # It is not deleted: a conflict, whose status pages share with what is frozen.
    Row("registers:record_restore", "POST", RECORD + "restore/", "project_frozen", *_EDITORS),
    Row("registers:record_delete", "GET", RECORD + "delete/", 200, *_EDITORS),
    Row("registers:record_delete", "POST", RECORD + "delete/", 302, *_EDITORS, {"reason": "Superseded"}),
    # The field is of another type.
    Row("registers:record_file", "GET", RECORD + "file/?table=requirements&field=title", _NOTHING, *_EDITORS),
    Row("registers:record_file", "POST", RECORD + "file/", _NOTHING, *_EDITORS, {"table": "requirements"}),
    Row("registers:record_open_file", "GET", RECORD + "file/open/?hash=0", _NOTHING),
    Row("registers:record_merge", "GET", RECORD + "merge/", 200, *_EDITORS),
    Row("registers:record_merge", "POST", RECORD + "merge/", 400, *_EDITORS, {"other": ""}),
    Row("registers:record_split", "GET", RECORD + "split/", 200, *_EDITORS),
    Row("registers:record_split", "POST", RECORD + "split/", 400, *_EDITORS),
    Row("registers:record_link", "GET", RECORD + "link/", 200, *_EDITORS),
    Row("registers:record_link", "POST", RECORD + "link/", 400, *_EDITORS, {"relation": "", "other": ""}),
    Row("registers:record_unlink", "POST", RECORD + "unlink/", _NOTHING, *_EDITORS, {"edge": OTHER}),
    Row("registers:record_confirm", "POST", RECORD + "confirm/", _NOTHING, *_EDITORS, {"edge": OTHER}),
    Row("registers:record_attach", "POST", RECORD + "attach/", 302, *_EDITORS, {"table": "risks"}),
    Row("registers:conflicts", "GET", "registers/conflicts/", 200),
    Row("registers:conflict_keep", "POST", CONFLICT + "keep/", _NOTHING, *_EDITORS, {"pick": "0", "tips": ""}),
    Row("registers:conflict_decide", "POST", CONFLICT + "decide/", _NOTHING, *_EDITORS, {"choice": "keep"}),
    Row("registers:conflict_key", "POST", CONFLICT + "key/", _NOTHING, *_EDITORS, {"record": OTHER}),
    Row("registers:matrix", "GET", MATRIX, 200),
    Row("registers:matrix_pair", "GET", MATRIX + f"pair/?row={OTHER}&column={OTHER}", _NOTHING),
    Row("registers:matrix_link", "POST", MATRIX + "link/", _NOTHING, *_EDITORS, _SQUARE),
    Row("registers:matrix_unlink", "POST", MATRIX + "unlink/", _NOTHING, *_EDITORS, _SQUARE),
    Row("registers:matrix_confirm", "POST", MATRIX + "confirm/", _NOTHING, *_EDITORS, _SQUARE),
    Row("registers:matrix_export", "GET", MATRIX + "export/", 200),
)
SHORTCUTS: Final = ("record-after", "record-before", "record-decide", "record-link", "conflict-open")
BUDGETED_PAGES: Final = {
    "registers:conflicts": "…registers/conflicts/",
    "registers:matrix": "…registers/traceability/",
    "registers:matrix_export": "…registers/traceability/export/",
}
# They need a record, a conflict or a square; those that read have their budgets in `reading/test_budgets.py`.
NO_PAGES: Final = (
    *("registers:record", "registers:record_history", "registers:record_edit", "registers:record_restore"),
    *("registers:record_delete", "registers:record_link", "registers:record_unlink", "registers:record_confirm"),
    *("registers:record_file", "registers:record_open_file", "registers:record_merge", "registers:record_split"),
    *("registers:record_attach", "registers:conflict_keep", "registers:conflict_decide", "registers:conflict_key"),
    *("registers:matrix_pair", "registers:matrix_link", "registers:matrix_unlink", "registers:matrix_confirm"),
)
