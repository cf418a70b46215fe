"""A project under review, and the people who sign for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.callers import Caller
from accounts.models import User
from drafts.models import Draft
from projects.models import Project
from publishing.credentials import SigningCredentials
from publishing.models import Release, ReleaseNotes, Signature
from publishing.services import (
    reject_release,
    set_policy,
    sign_release,
    submit_release,
    withdraw_release,
    write_release_notes,
)
from tests.writers import Writer

PASSWORD = "correct horse battery staple"


def caller_of(user: User, **facts: Any) -> Caller:
    """The user at a browser of their own."""
    caller = Caller(user=user, via="browser", credential=f"cookie:of-{user.username}", proven_at=timezone.now())
    return replace(caller, **facts)


@dataclass
class Review:
    """One project with its people; each act is the service's, by whoever may do it."""

    project: Project
    people: dict[str, User]
    writer: Writer

    def save(self, text: str, **changes: Any) -> Draft:
        """The editor saves the prompt, and whatever else is named (`files/…`, `model_configuration`)."""
        wanted = {"prompt_text": text, **changes}
        locks = [self.writer.take(name) for name in wanted]
        base = Draft.objects.of_project(self.project.id).values_list("version_number", flat=True).first() or 0
        return self.writer.save(wanted, *locks, base=base)

    def submit(
        self, name: str = "1.0.0", *, by: str = "editor", version: int | None = None, notes: str = "", **facts: Any
    ) -> Release:
        newest = Draft.objects.of_project(self.project.id).values_list("version_number", flat=True).first()
        wanted = version or newest or 0
        caller = caller_of(self.people[by], **facts)
        return submit_release(caller=caller, project_id=self.project.id, name=name, version=wanted, notes=notes)

    def write_notes(self, release: Release, notes: str, *, by: str = "editor") -> Release:
        return write_release_notes(caller=caller_of(self.people[by]), release_id=release.id, notes=notes)

    def sign(self, release: Release | UUID, meaning: str, by: str, comment: str = "", **facts: Any) -> Signature:
        user = self.people[by]
        proof = facts.pop("proof", None) or SigningCredentials(username=user.username, password=PASSWORD)
        release_id = release.id if isinstance(release, Release) else release
        newest = ReleaseNotes.objects.filter(release_id=release_id).order_by("-revision").first()
        notes: str | None = facts.pop("notes", newest.sha256 if newest else None)
        caller = caller_of(user, **facts)
        return sign_release(
            caller=caller, release_id=release_id, meaning=meaning, proof=proof, comment=comment, notes=notes
        )

    def reject(self, release: Release, reason: str = "Not yet", *, by: str = "reviewer") -> Release:
        return reject_release(caller=caller_of(self.people[by]), release_id=release.id, reason=reason)

    def withdraw(self, release: Release, reason: str = "A mistake", *, by: str = "editor") -> Release:
        return withdraw_release(caller=caller_of(self.people[by]), release_id=release.id, reason=reason)

    def require(self, **rules: Any) -> None:
        set_policy(caller=caller_of(self.people["owner"]), project_id=self.project.id, rules=rules)

    def release(self, name: str = "1.0.0", *, notes: str = "") -> Release:
        """Submit the newest version and have three people sign it."""
        release = self.submit(name, notes=notes)
        self.sign(release, "authored", "editor")
        self.sign(release, "reviewed", "reviewer", comment="Read against v1 of the protocol")
        self.sign(release, "approved", "owner")
        return Release.objects.with_people().get(pk=release.id)

    def status(self) -> str:
        return Project.objects.values_list("status", flat=True).get(pk=self.project.id)


def begun(project: Project, people: dict[str, User]) -> Review:
    """The editor has saved the first version."""
    review = Review(project, people, Writer(caller_of(people["editor"]), project))
    review.save("# Role\nBe exact.\n")
    return review
