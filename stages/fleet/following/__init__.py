"""Browsers that follow the fleet: they learn that something changed in their teams, and read the page again."""
