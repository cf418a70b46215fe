"""Which station a token belongs to, as a JWT of the site, and the keys by which anybody checks it.

A JWT says who a station is and opens nothing: access is by the opaque token, which can be revoked at once.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings
from jwt.algorithms import OKPAlgorithm

from audit.keys.private import private_key
from audit.keys.sealing import own_fingerprint
from audit.keys.succession import site_keys
from audit.services import site_id
from stages.fleet.models import Station

AUDIENCE: Final = "foundry-station"
LIFETIME: Final = timedelta(hours=1)
ALGORITHM: Final = "EdDSA"


def issuer() -> str:
    """The address of the site; where it has none that is known, the site's id as a URN."""
    return settings.FOUNDRY_URL or f"urn:uuid:{site_id()}"


def id_token(station: Station, now: datetime) -> str:
    """A JWT by the site's key, which must be on record (`ensure_site_key`): `sub` is the station's id."""
    issued = int(now.astimezone(UTC).timestamp())
    claims = {
        "iss": issuer(),
        "sub": str(station.pk),
        "aud": AUDIENCE,
        "iat": issued,
        "exp": issued + int(LIFETIME.total_seconds()),
        "name": station.name,
    }
    return jwt.encode(claims, private_key(), algorithm=ALGORITHM, headers={"kid": own_fingerprint()})


def json_web_keys() -> dict[str, Any]:
    """The public keys of the site as a JWK set (RFC 7517, RFC 8037), those that were replaced included."""
    return {"keys": [_json_web_key(key, public) for key, public in sorted(site_keys().known().items())]}


def _json_web_key(fingerprint: str, public: bytes) -> dict[str, Any]:
    members: dict[str, Any] = OKPAlgorithm.to_jwk(Ed25519PublicKey.from_public_bytes(public), as_dict=True)
    return {**members, "kid": fingerprint, "use": "sig", "alg": ALGORITHM}
