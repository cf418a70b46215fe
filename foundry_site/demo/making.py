"""Make the demo through the same services that people use; what exists already is left alone.

A run that was killed half-way is continued by the next one: each step of the story happens once, in its turn.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path

from accounts.callers import Caller, foundry_caller
from accounts.models import User
from accounts.services import create_account, set_password
from accounts.suspension import restore_signing
from foundry_site.demo import sign_in_file
from foundry_site.demo.scenario import SCENARIO
from foundry_site.demo.steps import SaveVersion
from foundry_site.demo.story import PROJECT_DESCRIPTION, PROJECT_NAME
from projects.demo import DEMO_STEPS, EVERYBODY, MARA, PEOPLE, DemoPerson, DemoProject, DemoStep
from projects.models import Member, Project
from projects.services import add_member, create_project

# No letters or digits that look alike; 12 of them are 59 bits.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


class DemoError(Exception):
    """The demo cannot be made here; the text is one line for the operator."""


def make_demo(*, data_dir: Path, url: str) -> sign_in_file.Demo:
    """Make what is missing of the demo and write ``demo.json``; answer what it says.

    Passwords are kept once they are written there. Raises `DemoError` where one of the demo's user names belongs to
    somebody else.
    """
    known = sign_in_file.read(data_dir)
    if known is not None and Project.objects.filter(id=known["project_id"]).exists():
        demo: sign_in_file.Demo = {**known, "url": url}
    else:
        passwords = {person.username: _password() for person in PEOPLE if person.signs_in}
        users = {person: _account(person, passwords.get(person.username)) for person in EVERYBODY}
        project = _project(users)
        made = DemoProject(project, users, passwords)
        for step in _steps():
            step.play(made)
        demo = {
            "url": url,
            "project_id": str(project.id),
            "accounts": [
                {"username": person.username, "password": passwords[person.username], "role": person.role or "auditor"}
                for person in PEOPLE
                if person.signs_in
            ],
        }
    sign_in_file.write(data_dir, demo)
    return demo


def _steps() -> Iterator[DemoStep]:
    """The story, and what stages add to it."""
    others = [step for step in DEMO_STEPS.values() if getattr(step, "instead_of", None) is None]
    for step in SCENARIO:
        if isinstance(step, SaveVersion):
            # Where one of them makes the version, there is nothing left to save.
            yield from (each for each in DEMO_STEPS.values() if getattr(each, "instead_of", None) == step.number)
        yield step
    yield from others


def _password() -> str:
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(3))


def _caller(user: User) -> Caller:
    return Caller(user=user, via="command", credential="command")


def _account(person: DemoPerson, password: str | None) -> User:
    foundry = foundry_caller("command")
    user = User.objects.named(person.username).first()
    if user is None:
        user = create_account(
            caller=foundry,
            username=person.username,
            display_name=person.display_name,
            password=password,
            is_auditor=person.is_auditor,
            kind=person.kind,
        )
    elif user.display_name != person.display_name:
        raise DemoError(f"The user name {person.username} is taken, so there can be no demo here; use --no-demo.")
    elif password is not None:
        set_password(caller=foundry, user_id=user.id, password=password)
    if password is not None:
        # The demo itself made its people's passwords: they may sign at once.
        restore_signing(caller=foundry, user_id=user.id, reason="The demo made their sign-in")
    return user


def _project(users: Mapping[DemoPerson, User]) -> Project:
    owner = users[MARA]
    project = Project.objects.filter(created_by=owner, name=PROJECT_NAME).first()
    if project is None:
        project = create_project(caller=_caller(owner), name=PROJECT_NAME, description=PROJECT_DESCRIPTION)
    members = set(Member.objects.filter(project=project).values_list("user_id", flat=True))
    for person, user in users.items():
        if person.role is not None and user.id not in members:
            add_member(caller=_caller(owner), project_id=project.id, user_id=user.id, role=person.role)
    return project
