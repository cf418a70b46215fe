"""Modules, rules and scripts: what a team adds to its registers."""
