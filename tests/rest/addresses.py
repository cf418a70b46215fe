"""Every address of the site, from its URL patterns."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver


def addresses(urlconf: str | None = None) -> Iterator[tuple[str, URLPattern]]:
    """Each pattern with its name, the namespace before it."""
    yield from _within(get_resolver(urlconf), "")


def _within(resolver: URLResolver, prefix: str) -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from _within(pattern, inner)
        else:
            yield f"{prefix}{pattern.name}", pattern
