"""The sign-in pages as a person goes through them."""

from __future__ import annotations

import html
import json
import re
import time
from typing import Any

from django.test import Client

from tests.accounts.conftest import PASSWORD
from tests.accounts.devices import Passkey, code_of

FACTORS = "/accounts/factors/"


def sign_in(client: Client, username: str = "daniel", password: str = PASSWORD, **headers: Any) -> Any:
    return client.post("/accounts/login/", {"login": username, "password": password}, **headers)


def is_signed_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def confirm(client: Client, password: str = PASSWORD) -> Any:
    """Give the password again, as pages ask for before a factor changes."""
    return client.post("/accounts/reauthenticate/", {"password": password})


def add_codes(client: Client) -> str:
    """Add an authenticator app; returns the secret that it keeps."""
    return add_codes_by(client)[0]


def add_codes_by(client: Client) -> tuple[str, str]:
    """Add an authenticator app; returns the secret that it keeps, and the code that added it."""
    confirm(client)
    page = client.get(f"{FACTORS}codes/add/").content.decode()
    (secret,) = re.findall(r'token-text">([A-Z2-7]+)<', page)
    code = code_of(secret)
    answer = client.post(f"{FACTORS}codes/add/", {"code": code})
    assert answer.status_code == 302, answer.content
    return str(secret), code


def add_passkey(client: Client, name: str = "laptop") -> Passkey:
    confirm(client)
    passkey = Passkey()
    options = options_on(client.get(f"{FACTORS}passkeys/add/"))["creation_options"]
    answer = client.post(f"{FACTORS}passkeys/add/", {"name": name, "credential": passkey.make(options)})
    assert answer.status_code == 302, answer.content
    return passkey


def options_on(page: Any) -> Any:
    """What a page gives the browser's passkeys."""
    (text,) = re.findall(r'<script id="passkey-data"[^>]*>(.*?)</script>', page.content.decode(), re.DOTALL)
    return json.loads(html.unescape(text))


def seem_proven(client: Client) -> None:
    """Have the browser session look as after its person has proved themselves; for people without a password."""
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session["account_authentication_methods_user"] = session["_auth_user_id"]
    session.save()


def seem_unproven(client: Client) -> None:
    """Have the browser session hold nothing but its cookie, as it does some minutes after a proof."""
    session = client.session
    session.pop("account_authentication_methods", None)
    session.save()
