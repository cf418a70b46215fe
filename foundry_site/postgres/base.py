"""The database backend (`ENGINE`): Django's, with a cheaper check of pooled connections.

Django queries the server before every use, which is a round trip each time. But a server that stopped has closed its
end, which can be detected here: a healthy idle connection has nothing to read.
"""

from __future__ import annotations

import select
from typing import Any

import psycopg
from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's PostgreSQL; `CONN_HEALTH_CHECKS` stays off."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection from the pool that the server has not closed."""
        while True:
            connection = super().get_new_connection(conn_params)
            if not has_ended(connection):
                return connection
            connection.close()
            self.pool.putconn(connection)


def has_ended(connection: psycopg.Connection[Any]) -> bool:
    """Whether the server has closed an idle connection, or has sent something on it."""
    if connection.closed:
        return True
    watch = select.poll()
    watch.register(connection.pgconn.socket, select.POLLIN)
    return bool(watch.poll(0))
