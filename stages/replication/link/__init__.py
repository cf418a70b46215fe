"""Links: the live connections of two sites for one project (docs/sites.md has the table of messages)."""
