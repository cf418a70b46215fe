"""A wrong clock for one database: its own functions are found before those of Postgres that say what time it is.

The product takes the time of what it records from its database, so that all nodes of a site go by one clock.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

from tests import databases

FUNCTIONS = ("clock_timestamp", "statement_timestamp", "transaction_timestamp", "now")
SHIFTED = """
    CREATE OR REPLACE FUNCTION public.{name}() RETURNS timestamptz LANGUAGE sql {kind}
    AS $$ SELECT pg_catalog.{name}() + make_interval(secs => {seconds}) $$
"""


def set_clock(database: str, seconds: float) -> None:
    """Let the clock of a database be wrong by so many seconds, for connections that are opened afterwards."""
    if not seconds:
        _set_right(database)
        return
    with psycopg.connect(databases.address(database), autocommit=True) as connection:
        for name in FUNCTIONS:
            kind = "VOLATILE" if name == "clock_timestamp" else "STABLE"
            function = {"name": sql.Identifier(name), "kind": sql.SQL(kind), "seconds": sql.Literal(seconds)}
            connection.execute(sql.SQL(SHIFTED).format(**function))
        statement = sql.SQL("ALTER DATABASE {} SET search_path = public, pg_catalog")
        connection.execute(statement.format(sql.Identifier(database)))


def _set_right(database: str) -> None:
    with psycopg.connect(databases.address(database), autocommit=True) as connection:
        for name in FUNCTIONS:
            connection.execute(sql.SQL("DROP FUNCTION IF EXISTS public.{}()").format(sql.Identifier(name)))
        connection.execute(sql.SQL("ALTER DATABASE {} RESET search_path").format(sql.Identifier(database)))
