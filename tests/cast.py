"""The people and projects that many tests begin with, and a database in which they stand already.

Making them takes longer than most tests do. The tests of the folders in ``STANDING`` roll back in a database in which
they were made once and committed: there the fixtures (``owner``, ``project`` …) fetch what stands. The people and
places of the permission matrix are in a second one, for ``tests/rest`` and the modules marked ``matrix``. Everywhere
else, and in a module marked ``empty_site``, the fixtures make them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from secrets import token_hex
from threading import Lock
from types import MappingProxyType
from typing import Any
from unittest.mock import patch
from uuid import UUID

from django.core.cache import caches
from django.utils import timezone

from accounts.callers import Caller, foundry_caller
from accounts.models import User
from accounts.services import create_account, update_account
from accounts.suspension import restore_signing
from projects.models import Project
from projects.services import add_member, create_project, remove_member
from tests.matrix import furnish
from tests.publishing.reviews import PASSWORD, caller_of
from tests.writers import Writer

HERE = Path(__file__).parent
STANDING = frozenset(
    {
        HERE / name
        for name in (
            "drafts",
            "notifications",
            "projects",
            "proposals",
            "publishing",
            "rest",
            "sample_stage",
            "workspace",
        )
    }
)
WITH_MATRIX = HERE / "rest"
ROLES = ("editor", "reviewer", "viewer")
NAME = "Oncology protocol agent"
NOBODY: Mapping[str, User] = MappingProxyType({})
_patching = Lock()


def new_caller(user: User, **facts: Any) -> Caller:
    """The caller of a user as REST makes it; keyword arguments replace its facts (``via="gateway"`` …)."""
    caller = Caller(user=user, via="api", credential=f"token:{user.id}", proven_at=timezone.now())
    return replace(caller, **facts)


@contextmanager
def _constraints_left_to_the_insert() -> Iterator[None]:
    """Let Postgres look at an account's constraints once: the service asks it for each by itself, in twelve queries.

    Their words are for people, whose names may be wrong.
    """
    with _patching, patch.multiple(User, validate_unique=_skip, validate_constraints=_skip):
        yield


def _skip(_user: User, exclude: object = None) -> None:
    pass


def new_user(name: str, **facts: Any) -> User:
    """Make an account through the service; its name gets a suffix of its own, because names are never reused."""
    with _constraints_left_to_the_insert():
        user = create_account(
            caller=foundry_caller("command"),
            **{"username": f"{name}-{token_hex(4)}", "display_name": name.title(), **facts},
        )
    if user.signing_suspended_at is not None:
        # As if they had chosen their password themselves.
        restore_signing(caller=foundry_caller("command"), user_id=user.id, reason="It is them")
        user.refresh_from_db()
    return user


def new_project(owner: User, name: str = NAME, *, members: Mapping[str, User] = NOBODY, **facts: Any) -> Project:
    """Make a private project of ``owner``; ``members`` maps roles to users."""
    made = create_project(caller=new_caller(owner), name=name, **facts)
    for role, user in members.items():
        add_member(caller=new_caller(owner), project_id=made.id, user_id=user.id, role=role)
    return made


def new_matrix(owner: User) -> dict[str, User]:
    """Everybody of the permission matrix but the anonymous one, and a stranger who may be let in."""
    people = {name: new_user(name) for name in (*ROLES, "visitor", "auditor", "outsider", "stranger")}
    auditor = update_account(caller=foundry_caller("command"), user_id=people["auditor"].id, is_auditor=True)
    return {"owner": owner, **people, "auditor": auditor}


def new_places(people: Mapping[str, User]) -> dict[bool, Project]:
    """A private project, and an internal one for the visitor; two versions each, by somebody who has left since."""
    former, owner = new_user("former"), new_caller(people["owner"])
    roles = {role: people[role] for role in ("reviewer", "viewer")}
    places = {}
    for is_private in (True, False):
        project = new_project(people["owner"], members={**roles, "editor": former}, is_private=is_private)
        writer = Writer(new_caller(former), project)
        writer.save({"prompt_text": "one", "files/a.md": {"content": ""}}, writer.take(), writer.take("files/a.md"))
        writer.save({"prompt_text": "two"}, writer.take(), base=1, release_locks=True)
        writer.give_back("files/a.md")
        remove_member(caller=owner, project_id=project.id, user_id=former.id, reason="Left")
        add_member(caller=owner, project_id=project.id, user_id=people["editor"].id, role="editor")
        furnish(project, owner)
        places[is_private] = project
    return places


def new_reviewed() -> tuple[Project, dict[str, User]]:
    """A project without a version whose four people can sign."""
    people = {role: new_user(role, password=PASSWORD) for role in ("owner", *ROLES)}
    owner = caller_of(people["owner"])
    project = create_project(caller=owner, name=NAME)
    for role in ROLES:
        add_member(caller=owner, project_id=project.id, user_id=people[role].id, role=role)
    return project, people


@dataclass(frozen=True)
class Cast:
    """Who and what stands in a database; each test fetches its own objects."""

    people: dict[str, UUID]
    signers: dict[str, UUID]
    project: UUID
    reviewed: UUID
    proposers: dict[str, UUID]
    proposed: UUID
    matrix: Mapping[str, UUID] = field(default_factory=dict)
    places: Mapping[bool, UUID] = field(default_factory=dict)

    def person(self, name: str) -> User:
        return User.objects.get(pk=self.people[name])

    def fetch(self, people: Mapping[str, UUID]) -> dict[str, User]:
        """People by the names that they have in ``people``."""
        found = User.objects.in_bulk(people.values())
        return {name: found[pk] for name, pk in people.items()}


def make_cast() -> Cast:
    """Make people and their projects in the current database, and commit them."""
    from tests.proposals.conftest import new_world

    people = {name: new_user(name) for name in ("owner", *ROLES, "outsider")}
    reviewed, signers = new_reviewed()
    world = new_world()
    return Cast(
        people={name: user.id for name, user in people.items()},
        signers={name: user.id for name, user in signers.items()},
        project=new_project(people["owner"], members={role: people[role] for role in ROLES}).id,
        reviewed=reviewed.id,
        proposers={name: user.id for name, user in world.people.items()},
        proposed=world.project.id,
    )


def add_matrix(cast: Cast) -> Cast:
    """Make the people and the places of the permission matrix besides, where the others are."""
    matrix = new_matrix(cast.person("owner"))
    places = new_places(matrix)
    return replace(
        cast,
        matrix={name: user.id for name, user in matrix.items()},
        places={is_private: project.id for is_private, project in places.items()},
    )


# The cast by the name of its database.
CASTS: dict[str, Cast] = {}


def forget_redis() -> None:
    """Take away what an earlier test left in Redis about the same people and projects."""
    for name in ("locks", "default"):
        caches[name].clear()
