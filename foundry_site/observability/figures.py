"""Figures of this node's HTTP door, and those of the whole site that are read when somebody asks for them.

Every node tells the same about the site: a query takes the highest of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from django.db import DatabaseError, connection
from django.utils import timezone
from prometheus_client import CollectorRegistry, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from audit.checkpoints.unsealed import unsealed
from audit.periodic import DONE, periodic_jobs
from foundry_site.observability.bounded import Question

REQUEST_SECONDS: Final = Histogram(
    "foundry_request_seconds",
    "How long an HTTP request took, the waiting for a thread included, by method and class of status.",
    ["method", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
# Seconds. Prometheus gives up after 10.
ANSWER_SECONDS: Final = 4.0
WAITING: Final = Gauge("foundry_requests_waiting", "HTTP requests that wait for their turn or for a thread.")

# Each answers one number, cheaply: by an index, or from a table that stays small.
_OF_THE_SITE: Final = {
    "foundry_locks_held": ("Fields that are held now.", "SELECT count(*) FROM locking_lease WHERE ended_at IS NULL"),
    "foundry_audit_head": (
        "The number of the newest event; it only grows, and may skip.",
        "SELECT coalesce(max(id), 0) FROM audit_event",
    ),
    "foundry_checkpoint_age_seconds": (
        "Seconds since the newest checkpoint was sealed.",
        "SELECT extract(epoch FROM clock_timestamp() - made_at) FROM audit_checkpoint ORDER BY number DESC LIMIT 1",
    ),
    "foundry_chains_broken": (
        "Chains that did not fit when last walked, or whose records are not what they tell.",
        "SELECT count(*) FROM audit_standing WHERE fault <> '' OR records_fault <> ''",
    ),
    "foundry_jobs_waiting": ("Jobs in the queue.", "SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'"),
    "foundry_jobs_failed": (
        "Jobs that failed for good.",
        "SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'",
    ),
    "foundry_workers": (
        "Workers that beat.",
        "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '45 seconds'",
    ),
}
_WORDS: Final = {
    **{name: words for name, (words, _sql) in _OF_THE_SITE.items()},
    "foundry_unsealed_seconds": "Age of the oldest event that no checkpoint has sealed; 0 where there is none.",
}
_OF_THE_POOL: Final = {
    "pool_size": ("foundry_pool_connections", "Connections to Postgres that this node holds."),
    "pool_available": ("foundry_pool_idle", "Those of them that nobody uses now."),
    "requests_waiting": ("foundry_pool_waiting", "Threads of this node that wait for a connection."),
}


@dataclass(frozen=True, slots=True)
class SiteFigures:
    """What a scrape tells of the whole site."""

    values: Mapping[str, float]
    jobs: Mapping[str, float]


def read_site() -> SiteFigures:
    """The figures of the site by name, and when each periodic job was last due and done, in seconds since 1970.

    Blocks as long as Postgres does not answer; raises `DatabaseError`.
    """
    values = {}
    with connection.cursor() as cursor:
        for name, (_words, sql) in _OF_THE_SITE.items():
            cursor.execute(sql)
            row = cursor.fetchone()
            values[name] = float(row[0]) if row else 0.0
    oldest = unsealed().oldest
    values["foundry_unsealed_seconds"] = max(0.0, (timezone.now() - oldest).total_seconds()) if oldest else 0.0
    jobs = {job.title: job.due.timestamp() for job in periodic_jobs() if job.due and job.state == DONE}
    return SiteFigures(values, jobs)


_site = Question(read_site)


def _answers() -> SiteFigures | None:
    """The figures of the site; None where Postgres does not answer in time."""
    try:
        return _site.ask().result(ANSWER_SECONDS)
    except (DatabaseError, TimeoutError):
        return None


class _Site(Collector):
    """Asks Postgres at each scrape. While it is away these figures are missing, and `foundry_postgres_up` is 0."""

    def describe(self) -> Iterator[Metric]:
        """Nothing: registering shall not ask the database."""
        yield from ()

    def collect(self) -> Iterator[Metric]:
        yield from self._pool()
        answers = _answers()
        if answers is not None:
            for name, value in answers.values.items():
                yield GaugeMetricFamily(name, _WORDS[name], value=value)
            jobs = GaugeMetricFamily(
                "foundry_job_done_timestamp_seconds", "When a periodic job that was done was due.", labels=["job"]
            )
            for job, due in answers.jobs.items():
                jobs.add_metric([job], due)
            yield jobs
        is_up = answers is not None
        yield GaugeMetricFamily("foundry_postgres_up", "Whether Postgres answered this scrape.", value=is_up)

    def _pool(self) -> Iterator[Metric]:
        pool = getattr(connection, "pool", None)
        told = pool.get_stats() if pool is not None else {}
        for key, (name, words) in _OF_THE_POOL.items():
            yield GaugeMetricFamily(name, words, value=told.get(key, 0))


SITE: Final = CollectorRegistry()
SITE.register(_Site())
