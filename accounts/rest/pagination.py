"""Cursor pages ``{"next", "previous", "results"}`` over a unique, ordered column.

A page neither shifts nor repeats when rows are added meanwhile, and the last page costs what the first does. Unlike
those of Django REST framework, these cursors are checked before the database sees what a client wrote into them.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from accounts.rest.queries import query_integer
from audit.errors import ValidationFailed

DEFAULT_LIMIT = 50
MAXIMUM_LIMIT = 200

_Row = TypeVar("_Row", bound=Model)


@dataclass(frozen=True, slots=True)
class _Cursor:
    """Where a page begins: after (or, going back, before) the row whose key is ``key``."""

    key: Any
    backwards: bool

    def encode(self) -> str:
        text = f"{'b' if self.backwards else 'f'}{self.key}"
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def page(
    request: Request,
    rows: QuerySet[_Row],
    render: Callable[[_Row], Any],
    *,
    key: str = "id",
    newest_first: bool = True,
) -> dict[str, Any]:
    """One page of ``rows``, in the order of their column ``key``, each rendered by ``render``.

    The query parameters ``cursor`` and ``limit`` are the client's. Raises `ValidationFailed` for wrong ones.
    """
    limit = query_integer(request, "limit", default=DEFAULT_LIMIT, minimum=1, maximum=MAXIMUM_LIMIT)
    cursor = _read_cursor(request, rows, key)
    backwards = cursor is not None and cursor.backwards
    falling = newest_first != backwards
    if cursor is not None:
        rows = rows.filter(**{f"{key}__{'lt' if falling else 'gt'}": cursor.key})
    found = list(rows.order_by(f"-{key}" if falling else key)[: limit + 1])
    more, found = len(found) > limit, found[:limit]
    if backwards:
        found.reverse()
    has_next = more if not backwards else True
    has_previous = more if backwards else cursor is not None
    return {
        "next": _link(request, found[-1], key, backwards=False) if found and has_next else None,
        "previous": _link(request, found[0], key, backwards=True) if found and has_previous else None,
        "results": [render(row) for row in found],
    }


def _link(request: Request, row: Model, key: str, *, backwards: bool) -> str:
    cursor = _Cursor(getattr(row, key), backwards)
    return replace_query_param(request.build_absolute_uri(), "cursor", cursor.encode())


def _read_cursor(request: Request, rows: QuerySet[Any], key: str) -> _Cursor | None:
    given = request.query_params.get("cursor")
    if given is None:
        return None
    column = rows.model._meta.get_field(key)  # noqa: SLF001 (Django's documented way to a column)
    try:
        text = base64.b64decode(given + "=" * (-len(given) % 4), altchars=b"-_", validate=True).decode("ascii")
        value = column.to_python(text[1:])
        column.run_validators(value)
    except (ValueError, binascii.Error, ValidationError):
        text, value = "", None
    if value is None or text[0] not in {"f", "b"}:
        raise ValidationFailed({"cursor": ["Use the address in next or previous as it is."]})
    return _Cursor(value, backwards=text[0] == "b")
