"""The database backend (`ENGINE`): Django's, with a cheaper look at whether a pooled connection still lives.

Django asks the server before every use, a round trip each time. A server that went away has closed its end, and that
can be seen here: an idle connection has nothing to read.
"""

from __future__ import annotations

import select
from typing import Any

import psycopg
from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's PostgreSQL; `CONN_HEALTH_CHECKS` stays off."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection from the pool on which the server has not said good-bye."""
        while True:
            connection = super().get_new_connection(conn_params)
            if not has_ended(connection):
                return connection
            connection.close()
            self.pool.putconn(connection)


def has_ended(connection: psycopg.Connection[Any]) -> bool:
    """Whether the other side has closed an idle connection, or has something to say that nobody asked for."""
    if connection.closed:
        return True
    watch = select.poll()
    watch.register(connection.pgconn.socket, select.POLLIN)
    return bool(watch.poll(0))
