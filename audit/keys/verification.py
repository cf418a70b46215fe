"""Checks that every recorded key is trusted; the table itself is rebuilt like every other."""

from __future__ import annotations

from collections.abc import Iterator

from audit.findings import Finding
from audit.keys.succession import SiteKeys, site_keys


def check_keys() -> Iterator[Finding]:
    """Compare the recorded keys with those known from outside the database."""
    keys = site_keys()
    for fingerprint in keys.recorded:
        if len(keys.successors(fingerprint)) > 1:
            yield Finding(f"site key {fingerprint}", "two keys follow it: somebody else used it")
    yield from _check_known(keys)


def _check_known(keys: SiteKeys) -> Iterator[Finding]:
    known = keys.known()
    for fingerprint in keys.recorded:
        if fingerprint not in known:
            what = "neither the site's key before it nor the operator endorsed it"
            remedy = "If you know it as yours from elsewhere, pin it: FOUNDRY_SITE_KEYS, or --key"
            yield Finding(f"site key {fingerprint}", f"{what}. {remedy}")
