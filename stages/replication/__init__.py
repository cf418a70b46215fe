"""Replication: sites that work apart and come together. What each sub-package is for: docs/sites.md."""
