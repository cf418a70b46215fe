"""Models are added with a key that nobody sees again, and keep meaning the same."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.callers import Caller
from accounts.models import Kind
from audit.models import Event
from audit.verification import verify
from drafts.exchange.exporting import export_project
from kernel.errors import NotFound, PermissionDenied, ReauthenticationNeeded, ValidationFailed
from stages.runs.models import ModelProfile, Secret
from stages.runs.reading import profile_body, visible_profile
from stages.runs.secrets import key_of, origin_of, store_key
from stages.runs.services import create_profile, disable_profile, replace_key, update_profile
from tests.runs.world import World

KEY = "sk-abc-0123456789"


def add(world: World, **facts: Any) -> ModelProfile:
    given: dict[str, Any] = {"name": "house", "provider": "openai", "model_name": "gpt-9", "key": KEY, **facts}
    return create_profile(project_id=world.project.id, **{"caller": world.caller("olga"), **given})


def test_a_model_is_added_with_an_agent_of_its_own(world: World):
    profile = add(world, display_name="House model", input_price=2_500_000, token_limit=500)

    assert (profile.agent.kind, profile.agent.display_name) == (Kind.AGENT, "House model")
    assert not profile.agent.has_usable_password()
    event = Event.objects.get(action="profile.created")
    assert event.chain == str(world.project.id)
    assert event.data["input_price"] == 2_500_000
    assert event.data["agent_id"] == str(profile.agent_id)


def test_case_1_a_key_is_nowhere_but_in_its_ciphertext(world: World):
    profile = add(world)
    assert profile.secret is not None

    shown = profile_body(visible_profile(user=world.people["vic"], profile_id=profile.id))
    assert shown["key"]["mark"] == profile.secret.mark
    exported = b"".join(export_project(project_id=world.project.id)).decode()
    events = json.dumps([event.canonical for event in Event.objects.all()])
    for text in (str(shown), exported, events, bytes(profile.secret.ciphertext).decode()):
        assert KEY not in text
    assert profile.secret.mark in exported
    assert bytes(profile.secret.ciphertext).decode() not in exported
    assert key_of(profile) == KEY


def test_a_key_belongs_to_its_profile_and_its_server(world: World):
    one = add(world)
    other = add(world, name="other", key="sk-other-987654321", base_url="https://models.example")
    assert one.secret is not None
    assert other.secret is not None
    Secret.objects.filter(pk=other.secret.pk).update(ciphertext=one.secret.ciphertext, mark=one.secret.mark)

    assert [finding.what for finding in verify(None).findings] == [
        "the secret belongs to another row",
        "no event recorded that it was set",
    ]


def test_a_key_that_no_event_recorded_is_noticed(world: World):
    one = add(world)
    other = store_key("sk-other-987654321", origin=origin_of(one))
    ModelProfile.objects.filter(pk=one.pk).update(secret=other)

    found = [finding.what for finding in verify().findings]

    assert found == ["no event recorded that it was set"]


def test_the_same_key_has_the_same_mark_and_another_key_another(world: World):
    first, second, third = (add(world, name=name, key=key) for name, key in (("a", KEY), ("b", KEY), ("c", KEY + "x")))

    assert first.secret is not None
    assert second.secret is not None
    assert third.secret is not None
    assert first.secret.mark == second.secret.mark != third.secret.mark


def test_a_replaced_key_is_gone(world: World):
    profile = add(world)
    former = profile.secret_id

    replace_key(caller=world.caller("olga"), profile_id=profile.id, key="sk-new-0123456789")

    profile = ModelProfile.objects.get(pk=profile.id)
    assert key_of(profile) == "sk-new-0123456789"
    assert former is not None
    assert not Secret.objects.filter(pk=former).exists()
    data = Event.objects.get(action="profile.key_replaced").data
    assert profile.secret is not None
    assert data["after"] == profile.secret.mark != data["before"]


def test_what_changes_is_recorded_and_what_does_not_is_not(world: World):
    profile = add(world)
    caller = world.caller("olga")

    update_profile(caller=caller, profile_id=profile.id, display_name="house", token_limit=100)
    update_profile(caller=caller, profile_id=profile.id, token_limit=100)
    disable_profile(caller=caller, profile_id=profile.id)
    update_profile(caller=caller, profile_id=profile.id, is_enabled=True)

    events = Event.objects.filter(action__startswith="profile.").order_by("seq")
    changes = [(event.action, event.data.get("after")) for event in events][1:]
    assert changes == [
        ("profile.updated", {"token_limit": 100}),
        ("profile.disabled", {"is_enabled": False}),
        ("profile.updated", {"is_enabled": True}),
    ]


def test_the_audit_trail_verifies_and_notices_a_changed_profile(world: World):
    profile = add(world)
    replace_key(caller=world.caller("olga"), profile_id=profile.id, key="sk-new-0123456789")
    update_profile(caller=world.caller("olga"), profile_id=profile.id, token_limit=7)
    assert verify(None).findings == []

    ModelProfile.objects.filter(pk=profile.id).update(token_limit=8)

    (finding,) = verify(None).findings
    assert "its token limit was changed" in finding.what


@pytest.mark.parametrize(
    "change", [{"name": "x"}, {"provider": "google"}, {"model_name": "x"}, {"base_url": "https://x.example"}]
)
def test_c08_the_database_refuses_to_change_what_a_profile_means(world: World, change: dict[str, str]):
    profile = add(world)

    with pytest.raises(IntegrityError, match="never change"), transaction.atomic():
        ModelProfile.objects.filter(pk=profile.id).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        ModelProfile.objects.filter(pk=profile.id).delete()


@pytest.mark.parametrize(
    ("facts", "member"),
    [
        ({"name": "House"}, "name"),
        ({"name": ""}, "name"),
        ({"provider": "acme"}, "provider"),
        ({"model_name": ""}, "model_name"),
        ({"key": ""}, "key"),
        ({"key": "two words"}, "key"),
        ({"key": "short"}, "key"),
        ({"key": "schlüssel"}, "key"),
        ({"provider": "echo"}, "key"),
        ({"provider": "echo", "key": "", "base_url": "https://models.example"}, "base_url"),
        ({"input_price": -1}, "input_price"),
        ({"token_limit": 0}, "token_limit"),
    ],
)
def test_bad_input_is_named_and_nothing_is_made(world: World, facts: dict[str, Any], member: str):
    with pytest.raises(ValidationFailed) as refusal:
        add(world, **facts)

    assert [*refusal.value.errors] == [member]
    assert not ModelProfile.objects.exists()


def test_a_name_is_given_once_in_a_project_and_once_on_the_site(world: World, administrator: Caller):
    add(world)
    with pytest.raises(ValidationFailed, match="Another model has or had this name"):
        add(world)

    create_profile(caller=administrator, project_id=None, name="house", provider="echo")
    with pytest.raises(ValidationFailed, match="Another model has or had this name"):
        create_profile(caller=administrator, project_id=None, name="house", provider="echo")
    assert not ModelProfile.objects.filter(agent=None).exists()


@pytest.mark.parametrize(
    "address",
    [
        *("http://169.254.169.254", "http://[::ffff:10.0.0.1]", "http://2130706433", "https://127.1", "https://0x7f.1"),
        *("https://10.0.0.1/v1", "https://localhost:8443", "https://models.localhost", "https://[64:ff9b::a9fe:a9fe]"),
        *("ftp://models.example", "models.example", "https://", "https://user@models.example", "https://m.example:x"),
        *("http://models.example", "https://models.example/?x=1", "https://models.example/#x"),
    ],
)
def test_case_17_an_address_that_leads_inside_is_refused_where_it_shows(world: World, address: str):
    with pytest.raises(ValidationFailed) as refusal:
        add(world, base_url=address)

    assert [*refusal.value.errors] == ["base_url"]


def test_case_17_a_server_that_the_operator_named_may_be_inside(world: World, settings: Any):
    settings.FOUNDRY_MODEL_HOSTS = frozenset({"10.0.0.1:8080", "[::1]:8080"})

    inside = add(world, base_url="http://10.0.0.1:8080/v1/", key="")

    assert (inside.base_url, inside.secret) == ("http://10.0.0.1:8080/v1", None)
    assert add(world, name="six", base_url="http://[::1]:8080").base_url == "http://[::1]:8080"
    with pytest.raises(ValidationFailed):
        add(world, name="other", base_url="http://10.0.0.1:8081")


def test_only_owners_add_models_to_a_project_and_only_administrators_to_the_site(world: World, administrator: Caller):
    for name in ("ed", "rae", "vic"):
        with pytest.raises(PermissionDenied):
            create_profile(caller=world.caller(name), project_id=world.project.id, name="x", provider="echo")
    with pytest.raises(PermissionDenied):
        create_profile(caller=world.caller("olga"), project_id=None, name="x", provider="echo")
    with pytest.raises(ReauthenticationNeeded):
        create_profile(caller=replace(administrator, proven_at=None), project_id=None, name="x", provider="echo")

    profile = create_profile(caller=administrator, project_id=None, name="x", provider="echo")

    assert Event.objects.get(action="profile.created").chain == "site"
    with pytest.raises(PermissionDenied):
        update_profile(caller=world.caller("olga"), profile_id=profile.id, token_limit=5)
    assert verify(None).findings == []


def test_a_profile_of_another_s_private_project_is_not_found(world: World):
    profile = add(world)

    with pytest.raises(NotFound, match="Model not found"):
        visible_profile(user=world.people["outsider"], profile_id=profile.id)
    with pytest.raises(NotFound):
        update_profile(caller=world.caller("outsider"), profile_id=profile.id, token_limit=5)
    with pytest.raises(NotFound, match="Model not found"):
        update_profile(caller=world.caller("olga"), profile_id=uuid4(), token_limit=5)


def test_a_repeated_request_adds_one_model(world: World):
    facts = {"caller": world.caller("olga", client_ref=uuid4())}

    first, second = add(world, **facts), add(world, **facts)

    assert (first.id, second.repeated) == (second.id, True)
    assert ModelProfile.objects.count() == Secret.objects.count() == 1
