"""What the doctor finds, by subject."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection

from kernel.doctor import Diagnoses, Diagnosis


def ask(look: Callable[[], Diagnoses], subject: str) -> list[Diagnosis]:
    return [finding for finding in look() if finding.subject == subject]


def the(look: Callable[[], Diagnoses], subject: str) -> Diagnosis:
    (finding,) = ask(look, subject)
    return finding


def run_sql(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
