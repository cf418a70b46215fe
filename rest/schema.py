"""The OpenAPI description of operations: a decorator, and the problems that every operation may answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from django.conf import settings
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers

from rest.errors import PROBLEM_JSON
from rest.pagination import DEFAULT_LIMIT, MAX_LIMIT

_Handler = TypeVar("_Handler", bound=Callable[..., Any])

ANY_OPERATION = (400, 401, 403, 404, 406, 429, 503)
ANY_WRITE = (409, 413, 415)
WRITES = {"POST", "PUT", "PATCH", "DELETE"}

CURSOR = OpenApiParameter("cursor", str, description="From `next` or `previous` of another page.")
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.UUID,
    OpenApiParameter.HEADER,
    description="The write's `client_ref`. A repeated key does nothing, and gets the answer of the first request.",
)


class Problem(serializers.Serializer[Any]):
    """RFC 9457 problem details. Some codes have members of their own."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField(help_text="One word for programs, such as `lock_held`.")
    errors = serializers.DictField(  # type: ignore[assignment] # DRF moves declared fields out of the way
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="With `validation_failed`: what is wrong, by field.",
    )


def register_enum_names(**choices: str) -> None:
    """Name sets of choices whose fields are called as other sets are: `RunStatus="stages.runs.models.RunStatus"`.

    An app calls it from its `ready()`; the description of the API calls each set by its name then.
    """
    names: Any = settings.SPECTACULAR_SETTINGS["ENUM_NAME_OVERRIDES"]
    names |= choices


@cache
def page_of(item: type[serializers.BaseSerializer[Any]]) -> serializers.Serializer[Any]:
    """The schema of a cursor page of these items."""
    return inline_serializer(
        f"{item.__name__}Page",
        {
            "next": serializers.URLField(allow_null=True),
            "previous": serializers.URLField(allow_null=True),
            "results": item(many=True),
        },
    )


def operation(
    operation_id: str,
    *,
    answer: Any,
    status: int = 200,
    takes: Any = None,
    parameters: Sequence[OpenApiParameter] = (),
    paged: bool = False,
    max_limit: int = MAX_LIMIT,
    problems: Sequence[int] = (),
    repeatable: bool = False,
    not_modified: bool = False,
    media_types: Sequence[str] = (),
    others: Mapping[int, Any] | None = None,
) -> Callable[[_Handler], _Handler]:
    """Describe a handler. Its docstring is the description.

    ``max_limit`` is that of its pages, where it is ``paged``. ``problems`` are its error statuses beyond those of every
    operation; ``repeatable`` means that a repeat of the same ``client_ref`` answers 200; ``not_modified`` that it
    supports ``If-None-Match``. ``media_types`` are those of an answer that is no JSON; ``others`` are answers by their
    status that are no errors.
    """
    responses: dict[Any, Any] = {(status, *media_types) if media_types else status: answer}
    for code, other in (others or {}).items():
        responses[(code, *media_types) if media_types else code] = other
    if repeatable:
        responses[200] = OpenApiResponse(answer, "The first answer to the same `client_ref`.")
    if not_modified:
        responses[304] = OpenApiResponse(description="Not changed.")
    for code in problems:
        responses[code, PROBLEM_JSON] = Problem
    return extend_schema(
        operation_id=operation_id,
        tags=[operation_id.partition("_")[0]],
        request=takes,
        responses=responses,
        parameters=[*parameters, *((CURSOR, _limit(max_limit)) if paged else ())],
    )


def _limit(maximum: int) -> OpenApiParameter:
    return OpenApiParameter(
        "limit",
        {"type": "integer", "minimum": 1, "maximum": maximum, "default": min(DEFAULT_LIMIT, maximum)},
        description="How many results one page has.",
    )


class FoundrySchema(AutoSchema):
    """Adds the common errors to every operation, and the idempotency key to every write."""

    def get_summary(self) -> str | None:
        """The first sentence of the description, for lists of operations."""
        return super().get_summary() or self.get_description().split(".")[0] or None

    def get_override_parameters(self) -> list[Any]:
        parameters = super().get_override_parameters()
        return [*parameters, IDEMPOTENCY_KEY] if self.method in WRITES else parameters

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        responses: dict[str, Any] = super()._get_response_bodies(direction)
        for code in (*ANY_OPERATION, *(ANY_WRITE if self.method in WRITES else ())):
            if str(code) not in responses:
                problem = self._get_response_for_code(  # type: ignore[no-untyped-call]
                    Problem, str(code), [PROBLEM_JSON], direction
                )
                responses[str(code)] = problem
        return dict(sorted(responses.items()))
