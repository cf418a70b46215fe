"""Signing in from outside by OpenID Connect: off by default, and only as an account that is there and open."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount, SocialApp
from django.db import connection
from django.test import Client

from accounts.callers import Caller
from accounts.models import User
from accounts.services import create_account, update_account
from accounts.suspension import may_sign
from audit.models import Event
from foundry_site.environment import OpenIdProvider, read_environment
from foundry_site.openid_connect import configured_providers, provider_origins
from kernel.environment import EnvironmentVariableError
from tests.accounts.callers import newest_event
from tests.accounts.pages import add_codes, is_signed_in, seem_unproven, sign_in
from tests.accounts.provider import Provider, provider_of

pytestmark = pytest.mark.django_db

START = "/accounts/outside/foundry/login/"


def configure(settings: Any, provider: Provider, **changes: Any) -> None:
    facts: dict[str, Any] = {
        "issuer": provider.issuer,
        "client_id": "foundry",
        "client_secret": "s",
        "name": "Corporate",
        "username_claim": "preferred_username",
        "makes_accounts": False,
    }
    settings.FOUNDRY_OUTBOUND_HOSTS = frozenset({"127.0.0.1"})
    settings.FOUNDRY_OIDC = OpenIdProvider(**{**facts, **changes})
    settings.SOCIALACCOUNT_PROVIDERS = configured_providers(settings.FOUNDRY_OIDC)
    settings.ROOT_URLCONF = "tests.accounts.openid_connect_urls"


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    with provider_of({"preferred_username": "Daniel", "name": "Daniel Okafor"}) as server:
        configure(settings, server)
        yield server


def come_from_outside(client: Client, provider: Provider) -> Any:
    there = client.post(START)["Location"]
    return client.get(f"{START}callback/", provider.let_in(there))


def test_it_is_off_by_default(client: Client) -> None:
    assert client.get(START).status_code == 404
    assert "Sign in with" not in client.get("/accounts/login/").content.decode().replace("Sign in with a passkey", "")
    assert read_environment({}).oidc is None


def test_the_sign_in_page_offers_it(client: Client, provider: Provider) -> None:
    assert "Sign in with Corporate" in client.get("/accounts/login/").content.decode()


def test_an_account_is_found_by_its_name_then_by_the_subject(client: Client, provider: Provider, person: User) -> None:
    come_from_outside(client, provider)
    assert is_signed_in(client)
    told = {"issuer": provider.issuer, "subject": "subject-1", "provider": SocialAccount.objects.get().provider}
    linked = Event.objects.get(action="account.outside_account_linked")
    assert (linked.actor_id, linked.data) == (person.id, told)
    assert newest_event().data["methods"] == ["socialaccount"]
    provider.claims["preferred_username"] = "renamed"
    again = Client()
    come_from_outside(again, provider)
    assert is_signed_in(again)
    assert SocialAccount.objects.get().user == person


def test_c05_the_same_subject_of_another_issuer_is_nobody_here(
    client: Client, provider: Provider, person: User, administrator: Caller, settings: Any
) -> None:
    come_from_outside(Client(), provider)
    mei = create_account(caller=administrator, username="mei")
    with provider_of({"preferred_username": "somebody.else"}) as another:
        configure(settings, another)
        assert refused(client, another)
        another.claims["preferred_username"] = "mei"
        come_from_outside(client, another)
        assert is_signed_in(client)
    assert newest_event().actor_id == mei.id
    assert {row.uid: row.user for row in SocialAccount.objects.all()} == {
        f"{provider.issuer} subject-1": person,
        f"{another.issuer} subject-1": mei,
    }


@pytest.mark.parametrize(
    "claims", [{"iss": "https://another.example"}, {"iss": None}, {"sub": None}, {"sub": ""}, {"sub": 5}]
)
def test_c05_what_is_said_in_another_name_lets_nobody_in(
    client: Client, provider: Provider, person: User, claims: dict[str, object]
) -> None:
    provider.signed = claims
    come_from_outside(client, provider)
    assert not is_signed_in(client)
    assert not SocialAccount.objects.exists()


def test_c05_who_has_the_name_of_somebody_known_is_not_them(client: Client, provider: Provider, person: User) -> None:
    come_from_outside(Client(), provider)
    provider.claims["sub"] = "subject-2"
    assert refused(client, provider)
    assert SocialAccount.objects.count() == 1


def test_c16_another_one_s_address_cannot_be_changed_to_come_in_as_them(
    provider: Provider, person: User, administrator: Caller, settings: Any
) -> None:
    update_account(caller=administrator, user_id=person.id, email="first@example.org")
    assert may_sign(User.objects.get(pk=person.pk))
    configure(settings, provider, username_claim="email")
    update_account(caller=administrator, user_id=person.id, email="thief@example.org")
    assert newest_event().data == {"why": "email_changed"}
    assert not may_sign(User.objects.get(pk=person.pk))


def test_c16_coming_in_again_is_the_proof_of_who_has_no_password(
    client: Client, provider: Provider, person: User
) -> None:
    User.objects.filter(pk=person.pk).update(password="!")
    come_from_outside(client, provider)
    assert client.get("/accounts/password/set/").status_code == 200
    seem_unproven(client)
    page = client.get("/accounts/password/set/").content.decode()
    assert f'action="{START}?' in page
    assert "auth_params=prompt%3Dlogin" in page
    come_from_outside(client, provider)
    assert client.get("/accounts/password/set/").status_code == 200


def test_an_identity_from_before_has_the_issuer_that_its_event_names(
    client: Client, provider: Provider, person: User
) -> None:
    come_from_outside(Client(), provider)
    migration = import_module("accounts.migrations.0006_identities_outside_have_an_issuer")
    with connection.cursor() as cursor:
        # Their checks would otherwise wait for the end of the test, and no table is altered before.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(migration.SUBJECTS)
        cursor.execute("SELECT uid FROM socialaccount_socialaccount")
        assert cursor.fetchall() == [("subject-1",)]
        cursor.execute(migration.ISSUERS)
    assert SocialAccount.objects.get().uid == f"{provider.issuer} subject-1"
    come_from_outside(client, provider)
    assert is_signed_in(client)


def refused(client: Client, provider: Provider) -> bool:
    answer = come_from_outside(client, provider)
    assert newest_event().action == "account.sign_in_failed"
    assert newest_event().data["component"] == "outside"
    return answer.status_code == 403 and not is_signed_in(client)


def test_nobody_unknown_here_is_let_in(client: Client, provider: Provider, person: User) -> None:
    provider.claims["preferred_username"] = "somebody.else"
    assert refused(client, provider)
    assert not User.objects.named("somebody.else").exists()


@pytest.mark.parametrize("name", [None, "", 5, "foundry"])
def test_a_claim_that_names_nobody_lets_nobody_in(
    client: Client, provider: Provider, person: User, name: object
) -> None:
    provider.claims["preferred_username"] = name
    assert refused(client, provider)


def test_c05_a_closed_account_stays_closed(client: Client, provider: Provider, person: User) -> None:
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert refused(client, provider)


def test_c05_an_account_closed_later_stays_closed(client: Client, provider: Provider, person: User) -> None:
    come_from_outside(Client(), provider)
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert come_from_outside(client, provider).status_code == 403
    assert not is_signed_in(client)


def test_c23_machines_do_not_come_in_this_way(client: Client, provider: Provider, administrator: Caller) -> None:
    create_account(caller=administrator, username="robot", kind="agent")
    provider.claims["preferred_username"] = "robot"
    assert refused(client, provider)


def test_a_second_factor_is_asked_for_here_too(client: Client, provider: Provider, person: User) -> None:
    here = Client()
    sign_in(here)
    add_codes(here)
    answer = come_from_outside(client, provider)
    assert answer["Location"] == "/accounts/factors/sign-in/"
    assert not is_signed_in(client)


def test_accounts_are_made_where_the_operator_wants_it(client: Client, provider: Provider, settings: Any) -> None:
    configure(settings, provider, makes_accounts=True)
    come_from_outside(client, provider)
    user = User.objects.get(username="Daniel")
    assert (user.display_name, user.has_usable_password(), is_signed_in(client)) == ("Daniel Okafor", False, True)
    assert Event.objects.filter(action="account.created", target_id=str(user.id)).count() == 1


@pytest.mark.parametrize(("verified", "is_in"), [(True, True), (False, False), ("true", False)])
def test_an_address_names_an_account_only_if_it_is_verified(
    client: Client, provider: Provider, administrator: Caller, settings: Any, verified: object, is_in: bool
) -> None:
    configure(settings, provider, username_claim="email")
    create_account(caller=administrator, username="mei", email="mei@example.org")
    provider.claims |= {"email": "Mei@example.org", "email_verified": verified}
    come_from_outside(client, provider)
    assert is_signed_in(client) is is_in


def test_an_address_of_two_accounts_names_none(
    client: Client, provider: Provider, administrator: Caller, settings: Any
) -> None:
    configure(settings, provider, username_claim="email")
    for name in ("mei", "mei.too"):
        create_account(caller=administrator, username=name, email="mei@example.org")
    provider.claims |= {"email": "mei@example.org", "email_verified": True}
    assert refused(client, provider)


def test_an_answer_that_nobody_asked_for_is_refused(client: Client, provider: Provider, person: User) -> None:
    answer = client.get(f"{START}callback/", {"code": "one-time", "state": "made up"})
    assert "Sign-in failed" in answer.content.decode()
    assert not is_signed_in(client)


def test_nobody_links_an_outside_account_of_theirs(client: Client, provider: Provider, administrator: Caller) -> None:
    client.force_login(administrator.user)
    there = client.post(f"{START}?process=connect")["Location"]
    assert client.get(f"{START}callback/", provider.let_in(there)).status_code == 403
    assert not SocialAccount.objects.exists()


def test_a_row_in_the_database_is_no_provider(client: Client, provider: Provider, settings: Any) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = {}
    SocialApp.objects.create(provider="openid_connect", provider_id="foundry", name="Planted", client_id="x")
    assert "Planted" not in client.get("/accounts/login/").content.decode()
    assert client.post(START).status_code == 404


def test_the_environment_names_it() -> None:
    issuer = {"FOUNDRY_OIDC_ISSUER": "https://id.example/realm/"}
    with pytest.raises(EnvironmentVariableError, match="FOUNDRY_OIDC_CLIENT_ID"):
        read_environment(issuer)
    found = read_environment({**issuer, "FOUNDRY_OIDC_CLIENT_ID": "foundry"}).oidc
    assert found is not None
    assert (found.issuer, found.username_claim) == ("https://id.example/realm", "preferred_username")
    assert provider_origins(found) == ["https://id.example"]
    for bad in ("http://id.example", "id.example", "http://localhost.example"):
        with pytest.raises(EnvironmentVariableError, match="FOUNDRY_OIDC_ISSUER"):
            read_environment({"FOUNDRY_OIDC_ISSUER": bad, "FOUNDRY_OIDC_CLIENT_ID": "x"})


def test_a_provider_inside_that_nobody_named_is_not_asked(client: Client, settings: Any) -> None:
    with provider_of({}) as provider:
        configure(settings, provider)
        assert client.post(START).status_code == 302
        settings.FOUNDRY_OUTBOUND_HOSTS = frozenset()
        answer = client.post(START)
    assert (answer.status_code, answer.headers.get("Location")) == (503, None)
