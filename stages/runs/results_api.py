"""Results of evaluations over REST: the matrix in pages, and the whole of it as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from kernel.errors import ValidationFailed
from kernel.spreadsheets import UTF8_MARK, csv_lines
from rest.queries import query_integer
from rest.schema import operation
from stages.runs import result_serializers as shapes
from stages.runs.evaluation.comparison import Comparison
from stages.runs.experiments_api import OneExperimentView
from stages.runs.results import CaseResult, CellResult, ModelResult, Results, find_baseline, read_results

MAX_ROWS: Final = 200
ROWS: Final = 50
MAX_OFFSET: Final = 20_000
BASELINE: Final = OpenApiParameter(
    "baseline", OpenApiTypes.UUID, description="Another evaluation by the same suite, to compare with."
)
OFFSET: Final = OpenApiParameter(
    "offset", {"type": "integer", "minimum": 0, "maximum": MAX_OFFSET}, description="How many rows to leave out."
)
LIMIT: Final = OpenApiParameter(
    "limit",
    {"type": "integer", "minimum": 1, "maximum": MAX_ROWS, "default": ROWS},
    description="How many rows to get.",
)
COLUMNS: Final = ("case", "model", "repeat", "state", "change", "score", "error", "response_sha256")


class _ResultsView(OneExperimentView):
    def results(self, request: Request) -> Results:
        """The results, compared with the baseline that is asked for."""
        experiment = self.experiment()
        given = request.query_params.get("baseline")
        try:
            baseline = find_baseline(experiment, UUID(given)) if given is not None else None
        except ValueError:
            raise ValidationFailed({"baseline": [_("Must be a UUID.")]}) from None
        return read_results(experiment, baseline=baseline)


class ResultsView(_ResultsView):
    @operation("results_read", answer=shapes.ResultsInfo, parameters=[BASELINE, OFFSET, LIMIT])
    def get(self, request: Request, experiment_id: UUID) -> HttpResponseBase:
        """The results of an evaluation by case; what got worse since the baseline comes first."""
        self.access()
        offset = query_integer(request, "offset", default=0, maximum=MAX_OFFSET)
        limit = query_integer(request, "limit", default=ROWS, minimum=1, maximum=MAX_ROWS)
        return self.answer(results_body(self.results(request), offset, limit))


class ResultsFileView(_ResultsView):
    @operation("results_csv", answer=OpenApiTypes.BINARY, parameters=[BASELINE], media_types=["text/csv"])
    def get(self, request: Request, experiment_id: UUID) -> HttpResponseBase:
        """All results as CSV, a line for each answer."""
        self.access()
        response = HttpResponse(results_csv(self.results(request)), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="results-{experiment_id}.csv"'
        return response


def results_body(found: Results, offset: int, limit: int) -> dict[str, Any]:
    """Some rows of the results, with the counts of all."""
    return {
        "outcome": found.outcome,
        "suite": found.plan.path,
        "version": found.experiment.version,
        "baseline_version": found.baseline.experiment.version if found.baseline else None,
        "models": [_model_body(found, model) for model in found.models],
        "comparison": _comparison_body(found.comparison) if found.comparison else None,
        "counts": found.counts(),
        "count": len(found.rows),
        "rows": [_row_body(row) for row in found.rows[offset : offset + limit]],
    }


def results_csv(found: Results) -> bytes:
    """Every cell of the results as a line of a table."""
    return UTF8_MARK + csv_lines([COLUMNS, *_lines(found)])


def _lines(found: Results) -> Iterator[tuple[object, ...]]:
    for row in found.rows:
        for cell in row.cells:
            score = "" if cell.score is None else cell.score
            response = cell.call.response_id or "" if cell.call else ""
            yield row.case.key, cell.model, cell.repeat, cell.state, cell.change, score, cell.error, response


def _model_body(found: Results, model: ModelResult) -> dict[str, Any]:
    of_model = found.comparison.of_model(model.name) if found.comparison else None
    return {
        "name": model.name,
        "run_id": model.run.id if model.run else None,
        "status": model.run.status if model.run else None,
        "verdict": model.run.verdict if model.run else None,
        "comparison": _comparison_body(of_model) if of_model else None,
    }


def _comparison_body(comparison: Comparison) -> dict[str, Any]:
    names = ("regressed", "fixed", "same", "uncertain", "unpaired")
    counts = {name: len(getattr(comparison, name)) for name in names}
    return {**counts, "p": comparison.p, "could_be_chance": comparison.could_be_chance}


def _row_body(row: CaseResult) -> dict[str, Any]:
    return {"case": row.case.key, "line": row.case.line, "group": row.group, "cells": list(map(_cell_body, row.cells))}


def _cell_body(cell: CellResult) -> dict[str, Any]:
    return {
        "model": cell.model,
        "repeat": cell.repeat,
        "state": cell.state,
        "change": cell.change,
        "score": cell.score,
        "error": cell.error,
        "call": cell.call.number if cell.call else None,
    }
