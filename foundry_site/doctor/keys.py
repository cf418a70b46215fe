"""Checks secrets: that they exist, are the same on every node, and cannot be read by others."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Final

from django.conf import settings

from audit.keys.private import KEY_FILE
from audit.keys.sealing import own_fingerprint
from audit.keys.succession import SiteKeys, site_keys
from kernel.doctor import Diagnoses, Diagnosis, bad, ok, warn
from kernel.ring import KEY_FILE as KEY_RING_FILE
from kernel.ring import ROTATIONS

FOR_OTHERS: Final = 0o077
# The file in the data folder, and the variable that replaces it.
SECRETS: Final = {"secret_key": "FOUNDRY_SECRET_KEY", "metrics_token": "FOUNDRY_METRICS_TOKEN"}


def examine() -> Diagnoses:
    """Check the signing key, the secrets for sessions and metrics, and the encryption keys."""
    keys = site_keys()
    yield _signing_key(keys)
    yield from _site_keys(keys)
    for name, variable in SECRETS.items():
        yield _secret(name, variable, from_environment=_is_from_environment(name))
    # No encryption keys are needed unless a stage stores secrets.
    if ROTATIONS:
        yield _secret(KEY_RING_FILE, "FOUNDRY_ENCRYPTION_KEYS", from_environment=bool(settings.FOUNDRY_ENCRYPTION_KEYS))


def _is_from_environment(name: str) -> bool:
    environment = settings.ENVIRONMENT
    return bool({"secret_key": environment.secret_key, "metrics_token": environment.metrics_token}[name])


def _signing_key(keys: SiteKeys) -> Diagnosis:
    path = Path(settings.FOUNDRY_DATA_DIR) / KEY_FILE
    on_record = len(keys.recorded)
    if settings.FOUNDRY_SIGNING_KEY:
        where = "in the environment"
    elif not path.exists():
        if on_record:
            remedy = "Restore it from its backup, or give FOUNDRY_SIGNING_KEY: this node cannot seal."
            return bad("Signing key", f"not on this node, but {on_record} on record", remedy)
        return ok("Signing key", "none yet; made with the first checkpoint")
    elif _is_open(path):
        return bad("Signing key", f"{path} is open to others", f"chmod 600 {path}; whoever read it can forge seals.")
    else:
        where = str(path)
    own = own_fingerprint()
    if on_record and own not in keys.recorded and own not in settings.FOUNDRY_SITE_KEYS:
        remedy = (
            "Give every node the key that seals: this node cannot. Where that is lost, pin this one: docs/deploy.md."
        )
        return bad("Signing key", f"{where}, which is none of the {on_record} on record", remedy)
    if keys.successors(own):
        remedy = "Give this node the key that came after it: it cannot seal with this one."
        return bad("Signing key", f"{where}, which has been replaced", remedy)
    return ok("Signing key", f"{where}, fingerprint {own}")


def _site_keys(keys: SiteKeys) -> Diagnoses:
    """The recorded keys that nothing outside the database confirms."""
    unknown = keys.recorded.keys() - keys.known().keys()
    if unknown:
        remedy = "If they are yours, pin them (FOUNDRY_SITE_KEYS). If not, somebody has written to the database."
        yield bad("Site keys", f"endorsed by nobody: {', '.join(sorted(unknown))}", remedy)


def _secret(name: str, variable: str, *, from_environment: bool) -> Diagnosis:
    path = Path(settings.FOUNDRY_DATA_DIR) / name
    if from_environment:
        return ok(variable, "in the environment")
    if path.exists() and _is_open(path):
        return bad(variable, f"{path} is open to others", f"chmod 600 {path}, and choose another secret.")
    if settings.ENVIRONMENT.database_url is not None:
        remedy = f"Set {variable}: what each node makes for itself differs from node to node."
        return warn(variable, f"this node's own, in {path}", remedy)
    return ok(variable, str(path))


def _is_open(path: Path) -> bool:
    return bool(stat.S_IMODE(path.stat().st_mode) & FOR_OTHERS)
