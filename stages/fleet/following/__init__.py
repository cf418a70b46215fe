"""Browsers that follow the fleet: they hear that something changed in their teams, and read the page again."""
