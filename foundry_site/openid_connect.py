"""Settings of allauth and of the content security policy for an OpenID Connect provider, if there is one."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from foundry_site.environment import OpenIdProvider

# Part of the address to which the provider redirects people: /accounts/outside/oidc/foundry/login/callback/.
PROVIDER_ID = "foundry"


def configured_providers(provider: OpenIdProvider | None) -> dict[str, Any]:
    """``SOCIALACCOUNT_PROVIDERS``: the one application that the environment names."""
    if provider is None:
        return {}
    application = {
        "provider_id": PROVIDER_ID,
        "name": provider.name,
        "client_id": provider.client_id,
        "secret": provider.client_secret,
        "settings": {"server_url": provider.issuer},
    }
    return {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [application]}}


def provider_origins(provider: OpenIdProvider | None) -> list[str]:
    """The origins that a sign-in form may be redirected to."""
    if provider is None:
        return []
    address = urlsplit(provider.issuer)
    return [f"{address.scheme}://{address.netloc}"]
