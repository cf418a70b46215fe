"""Metrics of this node's HTTP requests, and metrics of the whole site, which are read at each scrape.

Every node reports the same metrics of the site, so queries should take their maximum, not their sum.
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
from foundry_site.observability.bounded_call import BoundedCall
from kernel.metrics import SITE_FIGURES, SiteFigure, register_figures

REQUEST_SECONDS: Final = Histogram(
    "foundry_request_seconds",
    "How long an HTTP request took, the waiting for a thread included, by method and class of status.",
    ["method", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
# Seconds to wait for the metrics of the site; Prometheus gives up after 10.
ANSWER_SECONDS: Final = 4.0
WAITING: Final = Gauge("foundry_requests_waiting", "HTTP requests that wait for their turn or for a thread.")

_UNSEALED: Final = "foundry_unsealed_seconds"
_UNSEALED_DESCRIPTION: Final = "Age of the oldest event that no checkpoint has sealed; 0 where there is none."
# Metrics of the job queue, which is not one of our apps.
JOB_FIGURES: Final = (
    SiteFigure(
        "foundry_jobs_waiting", "Jobs in the queue.", "SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'"
    ),
    SiteFigure(
        "foundry_jobs_failed",
        "Jobs that failed for good.",
        "SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'",
    ),
    SiteFigure(
        "foundry_workers",
        "Workers that beat.",
        "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '45 seconds'",
    ),
)
register_figures(*JOB_FIGURES)
_OF_THE_POOL: Final = {
    "pool_size": ("foundry_pool_connections", "Connections to Postgres that this node holds."),
    "pool_available": ("foundry_pool_idle", "Those of them that nobody uses now."),
    "requests_waiting": ("foundry_pool_waiting", "Threads of this node that wait for a connection."),
}


@dataclass(frozen=True, slots=True)
class SiteFigures:
    """The metrics of the whole site."""

    values: Mapping[str, float]
    jobs: Mapping[str, float]


def read_site() -> SiteFigures:
    """The metrics of the site by name, and when each finished periodic job was due, in seconds since 1970.

    Blocks while Postgres does not answer; raises `DatabaseError`.
    """
    values = {}
    with connection.cursor() as cursor:
        for name, figure in SITE_FIGURES.items():
            cursor.execute(figure.sql)
            row = cursor.fetchone()
            values[name] = float(row[0]) if row else 0.0
    oldest = unsealed().oldest
    values[_UNSEALED] = max(0.0, (timezone.now() - oldest).total_seconds()) if oldest else 0.0
    jobs = {job.title: job.due.timestamp() for job in periodic_jobs() if job.due and job.state == DONE}
    return SiteFigures(values, jobs)


_site = BoundedCall(read_site)


def _answers() -> SiteFigures | None:
    """The metrics of the site, or None if Postgres does not answer in time."""
    try:
        return _site.start().result(ANSWER_SECONDS)
    except (DatabaseError, TimeoutError):
        return None


class _Site(Collector):
    """Queries Postgres at each scrape. While it is down these metrics are missing, and `foundry_postgres_up` is 0."""

    def describe(self) -> Iterator[Metric]:
        """Nothing, so that registering the collector does not query the database."""
        yield from ()

    def collect(self) -> Iterator[Metric]:
        yield from self._pool()
        answers = _answers()
        if answers is not None:
            for name, value in answers.values.items():
                description = _UNSEALED_DESCRIPTION if name == _UNSEALED else SITE_FIGURES[name].description
                yield GaugeMetricFamily(name, description, value=value)
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
        stats = pool.get_stats() if pool is not None else {}
        for key, (name, words) in _OF_THE_POOL.items():
            yield GaugeMetricFamily(name, words, value=stats.get(key, 0))


SITE: Final = CollectorRegistry()
SITE.register(_Site())
