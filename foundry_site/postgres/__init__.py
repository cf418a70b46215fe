"""Django's PostgreSQL backend, which checks pooled connections without a query."""
