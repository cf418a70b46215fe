"""Deletion of many rows that nobody needs any more."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from kernel.transactions import write_transaction


def delete_in_batches(rows: QuerySet[Any], *, at_once: int) -> int:
    """Delete the rows, at most ``at_once`` in one transaction, so that no statement reaches the timeout.

    Returns how many rows were deleted, those included that the database deletes with them.
    """
    deleted = 0
    removed: int
    while True:
        with write_transaction():
            some = rows.order_by("pk").values("pk")[:at_once]
            removed, _ = rows.model._default_manager.filter(pk__in=some).delete()  # noqa: SLF001 - documented
        deleted += removed
        if removed < at_once:
            return deleted
