"""A project in which something of every kind has happened, and somebody who has the database."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from secrets import token_hex

import psycopg
import pytest
from django.db import connection, transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from drafts.comments.services import answer_comment, create_comment, resolve_comment, withdraw_comment
from drafts.services import revert_draft
from drafts.tasks.services import change_task, create_task
from foundry_site.embedded import addresses
from foundry_site.embedded.postgres import SUPERUSER
from projects.services import remove_member, reopen_project, update_project
from tests.audit.authority import Authority
from tests.cast import new_reviewed
from tests.proof.tables import findings
from tests.proof.tampering import refused, rolled_back, run, take_guards_away
from tests.proof.world import World, make_world
from tests.publishing.conftest import make_review, review  # noqa: F401 (fixtures)
from tests.publishing.reviews import Review, begun, caller_of


@pytest.fixture(scope="module")
def told_once(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Review]:
    """One for all tests of a module, in a transaction that nobody commits: each test's own is inside it."""
    with django_db_blocker.unblock(), rolled_back():
        # Tests of files may be long about it, and ask the database nothing.
        run("SET LOCAL idle_in_transaction_session_timeout = 0")
        yield tell(begun(*new_reviewed()))
    connection.close()


@pytest.fixture
def told(told_once: Review, db: None) -> Review:
    """Versions, a revert, locks of every kind, members, comments, tasks, a policy, three releases and a rename."""
    return deepcopy(told_once)


def tell(told: Review) -> Review:
    owner, reviewer = caller_of(told.people["owner"]), caller_of(told.people["reviewer"])
    project = told.project.id
    told.require(open_comments="ignore", open_tasks="ignore")
    told.save("# Role\nBe exact.\nBe brief.\n", **{"files/a.md": {"content": "One\n"}}, model_configuration={"a": 1})
    said = create_comment(
        caller=reviewer,
        project_id=project,
        version=2,
        target_field="prompt_text",
        text="Really?",
        anchor={"from_line": 2, "to_line": 2, "quote": "Be exact."},
    )
    answer_comment(caller=owner, comment_id=said.id, text="Yes.")
    resolve_comment(caller=reviewer, comment_id=said.id)
    over = create_comment(caller=reviewer, project_id=project, version=1, target_field="prompt_text", text="A slip")
    withdraw_comment(caller=owner, comment_id=over.id, reason="Not meant")
    task = create_task(caller=owner, project_id=project, text="Read it", assignee_id=told.people["reviewer"].id)
    change_task(caller=reviewer, task_id=task.id, done=True)
    create_task(caller=owner, project_id=project, text="Read it again")
    withdrawn = told.submit("0.9.0", notes="Clearer")
    told.write_notes(withdrawn, "Clearer, as asked in review 4")
    told.withdraw(withdrawn)
    told.release("1.0.0", notes="Briefer.\nThe team asked for it.")
    reopen_project(caller=owner, project_id=project)
    update_project(caller=owner, project_id=project, name="Another agent", description="For another team")
    revert_draft(caller=owner, project_id=project, version=1, reason="As it was")
    remove_member(caller=owner, project_id=project, user_id=told.people["viewer"].id, reason="Left")
    told.writer.take("files/open.md")
    return told


@pytest.fixture(scope="module")
def world(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """One world for all tests of a module, in a transaction that nobody commits."""
    authority, roots = Authority(), tmp_path_factory.mktemp("authority") / "roots.pem"
    roots.write_bytes(authority.root_pem)
    stamping = {"FOUNDRY_TIMESTAMP_ROOTS": str(roots), "FOUNDRY_OUTBOUND_HOSTS": frozenset({"127.0.0.1"})}
    with django_db_blocker.unblock():
        with transaction.atomic():
            with authority.serving() as address, override_settings(FOUNDRY_TIMESTAMP_URL=address, **stamping):
                made = make_world()
            run("SET CONSTRAINTS ALL IMMEDIATE")
            made.before.extend(findings())
            yield made
            transaction.set_rollback(True)
        connection.close()


@pytest.fixture(scope="module")
def unguarded(world: World) -> Iterator[World]:
    """The owner of the tables has taken every guard away. In a module of its own: the others want the guards."""
    with rolled_back():
        take_guards_away()
        yield world


@pytest.fixture(scope="module")
def application_role(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A role with the rights that docs/operations/roles.sql gives the application; our own may act as it."""
    # From the environment: with pytest-xdist only the controller has chosen the folder itself.
    folder = Path(os.environ.get("FOUNDRY_DATA_DIR", ""))
    if os.environ["DATABASE_URL"] != addresses.database_url(folder):
        pytest.skip("needs a superuser's rights, which only the embedded PostgreSQL gives")
    role, here = f"app_{token_hex(4)}", connection.settings_dict["USER"]
    superuser = addresses.database_url(folder, "postgres", SUPERUSER)
    with psycopg.connect(superuser, autocommit=True) as server:
        server.execute(f'CREATE ROLE {role}; GRANT {role} TO "{here}"')
    yield role
    with psycopg.connect(superuser, autocommit=True) as server:
        server.execute(f"DROP ROLE {role}")


@pytest.fixture(scope="module")
def application(application_role: str, world: World) -> Iterator[Callable[[str], bool]]:
    """Do something with the rights of the application's role; whether the database let it."""

    def may(sql: str) -> bool:
        run(f"SET LOCAL ROLE {application_role}")
        try:
            return not refused(sql)
        finally:
            run("RESET ROLE")

    with rolled_back():
        run(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {application_role}")
        run(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {application_role}")
        yield may
