"""Bundles, undo, the state, files and the matrix over REST."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import islice
from typing import Any
from uuid import UUID

from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from kernel.errors import NotFound, ValidationFailed
from publishing.models import Release, ReleaseState
from rest.downloads import attachment, file_name
from rest.pagination import page
from rest.queries import query_text
from rest.schema import operation, page_of
from stages.registers import models
from stages.registers.api import log_serializers as shapes
from stages.registers.api.base import RegisterView
from stages.registers.api.bodies import bundle_body
from stages.registers.exchange.importing import plan_import
from stages.registers.exchange.parsing import parse_sheet
from stages.registers.exchange.writing import csv_of
from stages.registers.gates import clock_of_release
from stages.registers.reading.asof import Past
from stages.registers.reading.log import clock_as_of
from stages.registers.reading.matrices import Axes, choose_axes, matrix, matrix_at
from stages.registers.reading.matrix import Matrix
from stages.registers.reading.naming import Named, names_of
from stages.registers.reading.state import state_hash_of
from stages.registers.reading.tables import open_conflicts
from stages.registers.schema import Table
from stages.registers.services import records as services
from stages.registers.services import undoing
from stages.registers.services.acting import Done, acts_of

TABLE = OpenApiParameter("table", str, required=True)
ROWS = OpenApiParameter("rows", str, description="The table of the rows.")
COLUMNS = OpenApiParameter("columns", str, description="The table of the columns.")
RELATION = OpenApiParameter("relation", str)
AT = OpenApiParameter("at", OpenApiTypes.UUID, description="A release: the matrix as it was then.")
CSV = "text/csv; charset=utf-8"
BLOCK = 500


class BundlesView(RegisterView):
    @operation("registers_bundles", answer=page_of(shapes.StoredBundle), paged=True)
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """The bundles of a project in the order in which they came to this site, newest first."""
        self.access()
        bundles = models.Bundle.objects.filter(project=project_id)
        return self.answer(page(request, bundles, bundle_body, order=("arrival",)))


class UndoView(RegisterView):
    @operation("registers_undo", answer=shapes.UndoneInfo)
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Take back my newest bundle. What others have changed since stays, and is named."""
        written = undoing.undo(caller=self.caller(), project_id=project_id)
        return self.written(Done(written), {"kept": [undoing.describe_kept(each) for each in written.kept]})


class RedoView(RegisterView):
    @operation("registers_redo", answer=shapes.UndoneInfo)
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Do again what I have taken back last."""
        written = undoing.redo(caller=self.caller(), project_id=project_id)
        return self.written(Done(written), {"kept": [undoing.describe_kept(each) for each in written.kept]})


class StateView(RegisterView):
    @operation("registers_state", answer=shapes.StateInfo)
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """What this site has, and the hash of what it shows."""
        self.access()
        clock = self.reader.storage.clock()
        found = {"clock": dict(clock), "state_hash": state_hash_of(project_id)}
        return self.answer({**found, "open_conflicts": open_conflicts(project_id)})


class ImportView(RegisterView):
    @operation("registers_import", takes=shapes.ImportShape, answer=shapes.ImportInfo, repeatable=True)
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Write the rows of a file in one bundle, or with `dry_run` say what would be written and what is wrong.

        With a problem in any row nothing is written.
        """
        data = self.body(shapes.ImportShape)
        if data.pop("dry_run", False):
            self.access()
            acts, sheet = acts_of(project_id), parse_sheet(data["text"])
            plan = plan_import(acts, self.reader.schema, data["table"], sheet, columns=data.get("columns"))
            return self.written(Done(None), services.import_body(plan))
        done = services.import_rows(caller=self.caller(), project_id=project_id, **data)
        return self.written(done, services.import_body(done.answer))


class ExportView(RegisterView):
    @operation("registers_export", answer=OpenApiTypes.BINARY, parameters=[TABLE], media_types=["text/csv"])
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """The records of a table as a CSV file, which can be imported again."""
        self.access()
        name = query_text(request, "table", maximum=100)
        if name is None:
            raise ValidationFailed({"table": [_("This parameter is required.")]})
        table = self.table(name)
        answer = StreamingHttpResponse(csv_of(table, self.values(table), name=self.name), content_type=CSV)
        answer["Content-Disposition"] = attachment(file_name(table.label, "csv"))
        return answer

    def values(self, table: Table) -> Iterator[Mapping[str, Any]]:
        """What the records of a table show; the names of those that they refer to are read for a block at a time."""
        rows = models.Row.objects.filter(project=self.project_id, facet=table.facet).order_by("key_number", "record")
        shown = rows.values_list("shown", flat=True).iterator(BLOCK)
        while block := list(islice(shown, BLOCK)):
            self.names.update(names_of(self.reader, entities_in(block)))
            yield from block

    def name(self, record: str) -> str:
        return self.names[record].label if record in self.names else record

    @cached_property
    def names(self) -> dict[str, Named]:
        """What records are called, as far as it was read."""
        return {}


def entities_in(block: Iterable[Mapping[str, Any]]) -> set[str]:
    """The records that values refer to."""
    found: set[str] = set()
    for shown in block:
        for value in shown.values():
            if isinstance(value, dict):
                reference = value.get("reference")
                entity = reference.get("entity_id") if isinstance(reference, dict) else value.get("entity")
                if isinstance(entity, str):
                    found.add(entity)
    return found


class MatrixView(RegisterView):
    @operation("registers_matrix", answer=shapes.MatrixInfo, parameters=[ROWS, COLUMNS, RELATION, AT])
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Which records of two tables are linked: gaps, suspect links, coverage; now, or as of a release."""
        self.access()
        past = self.past()
        schema = past.schema if past else self.reader.schema
        asked = [query_text(request, name, maximum=100) or "" for name in ("rows", "columns", "relation")]
        axes = choose_axes(schema, *asked)
        if axes is None or any(
            given not in ("", found)
            for given, found in zip(asked, (axes.rows, axes.columns, axes.relation), strict=True)
        ):
            raise NotFound(_("There is no such relation between two tables."))
        return self.answer(_matrix_body(axes, matrix_at(past, axes) if past else matrix(self.reader, axes)))

    def past(self) -> Past | None:
        """The registers as of the release that is asked for. Raises `NotFound`."""
        written = query_text(self.request, "at", maximum=36)
        if written is None:
            return None
        try:
            found = Release.objects.filter(project=self.project_id, state=ReleaseState.RELEASED, id=UUID(written))
            release = found.first()
        except ValueError:
            raise ValidationFailed({"at": [_("Give a UUID.")]}) from None
        if release is None or release.ended_at is None:
            raise NotFound(_("There is no such release."))
        clock = clock_of_release(release)
        return Past(self.reader, clock if clock is not None else clock_as_of(self.project_id, release.ended_at))


def _matrix_body(axes: Axes, found: Matrix) -> dict[str, Any]:
    columns = [{"record": each.record, "key": each.key, "text": each.text} for each in found.columns]
    rows = [
        {
            "record": row.end.record,
            "key": row.end.key,
            "text": row.end.text,
            "state": str(row.state),
            "marks": [
                {"column": found.columns[mark.at].record, "edges": list(mark.edges), "suspect": mark.suspect}
                for mark in row.marks
            ],
        }
        for row in found.rows
    ]
    coverage = found.coverage
    return {
        "rows_table": axes.rows,
        "columns_table": axes.columns,
        "relation": axes.relation,
        "rows": rows,
        "columns": columns,
        "confirmed": coverage.confirmed,
        "suspect": coverage.suspect,
        "gaps": coverage.gaps,
    }
