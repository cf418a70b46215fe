"""Cursor pages ``{"next", "previous", "results"}`` over columns that are unique together.

Rows that are added meanwhile do not shift the pages, and the last page is as fast as the first. Unlike the cursors of
Django REST framework, these are checked before they are used in a query.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

import msgspec
from django.core.exceptions import ValidationError
from django.db.models import Field, Model, Q, QuerySet
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from kernel.errors import ValidationFailed
from kernel.ijson import check_text
from rest.queries import query_integer

DEFAULT_LIMIT = 50
MAX_LIMIT = 200

_Model = TypeVar("_Model", bound=Model)
# The model's instances, or named tuples of `values_list` that have the ordering columns.
_Row = TypeVar("_Row")


class _Cursor(msgspec.Struct, array_like=True, frozen=True):
    """Where a page begins: after (or, going back, before) the row that has ``values`` in the ordering columns."""

    backwards: bool
    values: list[str]

    def encode(self) -> str:
        return base64.urlsafe_b64encode(msgspec.json.encode(self)).decode().rstrip("=")


def page(
    request: Request,
    rows: QuerySet[_Model, _Row],
    render: Callable[[_Row], Any],
    *,
    order: Sequence[str] = ("id",),
    newest_first: bool = True,
    max_limit: int = MAX_LIMIT,
) -> dict[str, Any]:
    """One page of ``rows``, ordered by their columns ``order`` (unique together), each rendered by ``render``.

    The query parameters ``cursor`` and ``limit`` are the client's; ``max_limit`` is for rows that are large. Raises
    `ValidationFailed` for wrong ones.
    """
    limit = query_integer(request, "limit", default=min(DEFAULT_LIMIT, max_limit), minimum=1, maximum=max_limit)
    cursor = _read_cursor(request)
    backwards = cursor is not None and cursor.backwards
    falling = newest_first != backwards
    if cursor is not None:
        rows = rows.filter(_beyond(order, _values(rows.model, order, cursor.values), falling=falling))
    found = list(rows.order_by(*(f"-{column}" if falling else column for column in order))[: limit + 1])
    more, found = len(found) > limit, found[:limit]
    if backwards:
        found.reverse()
    has_next = more if not backwards else True
    has_previous = more if backwards else cursor is not None
    return {
        "next": _link(request, found[-1], order, backwards=False) if found and has_next else None,
        "previous": _link(request, found[0], order, backwards=True) if found and has_previous else None,
        "results": [render(row) for row in found],
    }


def whole(results: Sequence[Any]) -> dict[str, Any]:
    """A list that is always short, in the shape of a page."""
    return {"next": None, "previous": None, "results": results}


def _beyond(order: Sequence[str], values: Sequence[Any], *, falling: bool) -> Q:
    """The rows after ``values``: smaller (or larger) in the first column, or equal there and so on in the next."""
    condition, equal = Q(), Q()
    for column, value in zip(order, values, strict=True):
        condition |= equal & Q(**{f"{column}__{'lt' if falling else 'gt'}": value})
        equal &= Q(**{column: value})
    return condition


def _link(request: Request, row: object, order: Sequence[str], *, backwards: bool) -> str:
    cursor = _Cursor(backwards, [str(getattr(row, column)) for column in order])
    return replace_query_param(request.build_absolute_uri(), "cursor", cursor.encode())


def _read_cursor(request: Request) -> _Cursor | None:
    cursor = request.query_params.get("cursor")
    if cursor is None:
        return None
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        return msgspec.json.decode(text, type=_Cursor)
    except (ValueError, binascii.Error, msgspec.DecodeError):
        raise _refused() from None


def _values(model: type[Model], order: Sequence[str], texts: Sequence[str]) -> list[Any]:
    """The values of a cursor, checked and converted to the types of the ordering columns."""
    if len(texts) != len(order):
        raise _refused()
    try:
        # Django's documented way to a column.
        columns = [cast("Field[Any, Any]", model._meta.get_field(name)) for name in order]  # noqa: SLF001
        return [
            column.clean(check_text(text, name="cursor"), None) for column, text in zip(columns, texts, strict=True)
        ]
    except ValidationError:
        raise _refused() from None


def _refused() -> ValidationFailed:
    return ValidationFailed({"cursor": [_("Use the address in next or previous as it is.")]})
