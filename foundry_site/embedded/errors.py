"""The error of embedded services."""

from __future__ import annotations


class EmbeddedServiceError(Exception):
    """A service could not be started or stopped; the text is one line for the person at the terminal."""
