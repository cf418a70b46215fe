"""Django's own PostgreSQL, whose pooled connections are tried without asking the server."""
