"""Addresses of the pages of registers."""

from __future__ import annotations

from typing import Final

from kernel.late import late_path
from stages.registers.pages.conflict_urls import urlpatterns as of_conflicts
from stages.registers.pages.matrix_urls import urlpatterns as of_matrix
from stages.registers.pages.record_urls import urlpatterns as of_records

app_name = "registers"
REGISTERS: Final = "projects/<uuid:project_id>/registers/"
TABLE: Final = f"{REGISTERS}tables/<str:facet>/"
_PAGES: Final = "stages.registers.pages"
urlpatterns = [
    late_path(REGISTERS, f"{_PAGES}.table_views:tables", name="tables"),
    late_path(f"{REGISTERS}new/", f"{_PAGES}.schema_views:new_table", name="new_table"),
    late_path(f"{REGISTERS}relations/", f"{_PAGES}.relation_views:relations", name="relations"),
    late_path(f"{REGISTERS}relations/new/", f"{_PAGES}.relation_views:new_relation", name="new_relation"),
    late_path(
        f"{REGISTERS}relations/<str:relation>/change/",
        f"{_PAGES}.relation_views:change_relation",
        name="change_relation",
    ),
    late_path(f"{REGISTERS}new/of-file/", f"{_PAGES}.schema_views:table_of_file", name="table_of_file"),
    late_path(f"{REGISTERS}deleted/", f"{_PAGES}.deleted_views:deleted", name="deleted"),
    late_path(f"{REGISTERS}deleted/restore/", f"{_PAGES}.deleted_views:restore_deleted", name="restore_deleted"),
    late_path(f"{REGISTERS}rail/", f"{_PAGES}.table_views:rail_across", name="rail_across"),
    late_path(f"{REGISTERS}undo/", f"{_PAGES}.writing_views:undo", name="undo"),
    late_path(f"{REGISTERS}redo/", f"{_PAGES}.writing_views:redo", name="redo"),
    late_path(TABLE, f"{_PAGES}.table_views:table", name="table"),
    late_path(f"{TABLE}change/", f"{_PAGES}.schema_views:change_table", name="change_table"),
    late_path(f"{TABLE}rows/", f"{_PAGES}.table_views:block", name="rows"),
    late_path(f"{TABLE}rail/", f"{_PAGES}.table_views:rail", name="rail"),
    late_path(f"{TABLE}cell/", f"{_PAGES}.table_views:cell", name="cell"),
    late_path(f"{TABLE}choices/", f"{_PAGES}.table_views:choices", name="choices"),
    late_path(f"{TABLE}paste/", f"{_PAGES}.writing_views:paste", name="paste"),
    late_path(f"{TABLE}create/", f"{_PAGES}.writing_views:create", name="create"),
    late_path(f"{TABLE}delete/", f"{_PAGES}.writing_views:delete", name="delete"),
    late_path(f"{TABLE}filter/", f"{_PAGES}.choosing_views:add_filter", name="filter"),
    late_path(f"{TABLE}columns/", f"{_PAGES}.choosing_views:choose_columns", name="columns"),
    late_path(f"{TABLE}columns/new/", f"{_PAGES}.schema_views:new_column", name="new_column"),
    late_path(f"{TABLE}columns/<str:name>/change/", f"{_PAGES}.schema_views:change_column", name="change_column"),
    late_path(f"{TABLE}columns/<str:name>/remove/", f"{_PAGES}.deleting_views:remove_column", name="remove_column"),
    late_path(f"{TABLE}remove/", f"{_PAGES}.deleting_views:delete_table", name="delete_table"),
    late_path(f"{TABLE}views/", f"{_PAGES}.choosing_views:save_view", name="save_view"),
    late_path(f"{TABLE}views/remove/", f"{_PAGES}.choosing_views:remove_view", name="remove_view"),
    late_path(f"{TABLE}import/", f"{_PAGES}.exchange_views:import_file", name="import"),
    late_path(f"{TABLE}export/", f"{_PAGES}.exchange_views:export_file", name="export"),
    *of_records,
    *of_conflicts,
    *of_matrix,
]
