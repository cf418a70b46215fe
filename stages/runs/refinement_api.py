"""The texts that a run has tried, over REST."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.http import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from rest.queries import query_integer
from rest.schema import operation
from stages.runs.refinement.progress import progress_of
from stages.runs.refinement.settings import MAX_CALLS
from stages.runs.refinement_serializers import CandidatesInfo
from stages.runs.runs_api import OneRunView

MAX_TEXTS: Final = 50
OFFSET: Final = OpenApiParameter(
    "offset", {"type": "integer", "minimum": 0, "maximum": MAX_CALLS}, description="How many texts to leave out."
)
LIMIT: Final = OpenApiParameter(
    "limit",
    {"type": "integer", "minimum": 1, "maximum": MAX_TEXTS, "default": MAX_TEXTS},
    description="How many texts to get.",
)


class RunCandidatesView(OneRunView):
    @operation("runs_candidates", answer=CandidatesInfo, parameters=[OFFSET, LIMIT])
    def get(self, request: Request, run_id: UUID) -> HttpResponseBase:
        """The texts that a run has tried, the first one first, with their scores so far."""
        self.access()
        offset = query_integer(request, "offset", default=0, maximum=MAX_CALLS)
        limit = query_integer(request, "limit", default=MAX_TEXTS, minimum=1, maximum=MAX_TEXTS)
        found = progress_of(self.run())
        shown = found.candidates[offset : offset + limit]
        best = found.best
        return self.answer(
            {
                "calls": found.calls,
                "max_calls": found.refinement.max_calls,
                "best_score": best.working.score if best is not None and best.working is not None else None,
                "count": len(found.candidates),
                "candidates": [each.as_data() for each in shown],
            }
        )
