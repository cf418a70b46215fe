"""Foundry's settings on the services of this test run (``services.py``)."""

from __future__ import annotations

from tests.services import SERVICES

SERVICES.choose()

from foundry_site.settings import *  # noqa: E402, F403 (the environment has to be chosen first)

# All tests come from one address; what is about the limit sets it.
FOUNDRY_ADDRESS_RATE = 0
# Not what is tested, and slow by intent.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Where other sites would dial this one; only tests of links open it.
FOUNDRY_SITES_URL = "wss://here.example"
