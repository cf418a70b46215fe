"""Runs of an experiment beside each other, over REST."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from kernel.errors import ValidationFailed
from rest.queries import query_text
from rest.schema import operation
from stages.runs import change_serializers as shapes
from stages.runs.comparing import Against, compare_runs, comparison_body, runs_to_compare
from stages.runs.experiments_api import OneExperimentView
from stages.runs.limits import MAX_RUNS

RUNS: Final = OpenApiParameter(
    "runs", str, required=True, description=f"The ids of two to {MAX_RUNS} of its runs, with commas between them."
)
AGAINST: Final = OpenApiParameter(
    "against",
    str,
    enum=[each.value for each in Against],
    description="What each is compared with; `source` if left out.",
)


class ComparisonView(OneExperimentView):
    @operation("runs_compare", answer=shapes.ComparedRuns, parameters=[RUNS, AGAINST], problems=[413])
    def get(self, request: Request, experiment_id: UUID) -> HttpResponseBase:
        """Two to four runs beside each other: what each changed or answered, and what that took."""
        self.access()
        ids = _ids(query_text(request, "runs") or "")
        runs = runs_to_compare(self.experiment(), ids, reader=self.user())
        against = query_text(request, "against") or Against.SOURCE.value
        if against not in set(Against):
            words = _("Must be one of {values}.").format(values=", ".join(Against))
            raise ValidationFailed({"against": [words]})
        return self.answer(comparison_body(compare_runs(runs, user=self.user(), against=Against(against))))


def _ids(text: str) -> list[UUID]:
    try:
        return [UUID(each.strip()) for each in text.split(",") if each.strip()]
    except ValueError:
        raise ValidationFailed({"runs": [_("Must be ids with commas between them.")]}) from None
