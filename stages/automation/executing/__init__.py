"""Executions of scripts: what a script may reach, what it stages, and how it is run."""
