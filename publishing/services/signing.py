"""Signing: re-authenticate, seal the statement, and release when the policy is met."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.db.models import DateTimeField, Func
from django.utils.translation import gettext as _
from uuid_utils.compat import uuid7

from accounts.callers import Caller, foundry_caller
from accounts.models import Kind, User
from accounts.reauthentication import prove
from audit.checkpoints.services import append_checkpoint
from audit.keys.sealing import ensure_site_key, seal
from audit.models import Event
from audit.services import Target, answered, request_hash
from kernel.errors import Conflict, PermissionDenied, ValidationFailed
from kernel.names import check_remark
from projects.access import Access
from projects.models import Status
from projects.permissions import authorise
from projects.status import change_status
from projects.writing import ProjectWrite, project_write
from publishing.approval_progress import approvals_of, progress_of, quorum_of
from publishing.approvals import refusal
from publishing.credentials import SigningCredentials
from publishing.events import RELEASED, SIGNED
from publishing.gates import pass_gates
from publishing.models import MAX_COMMENT, Meaning, Release, Signature
from publishing.open_points import open_points
from publishing.policies import Rules
from publishing.services.facts import access_to, end, facts_of, gate_facts, load_release, target_of
from publishing.services.notifications import notify_authors, settle_signature_requests
from publishing.statements import SIGNATURE, statement
from publishing.states import Act, signing_action, transition


def sign_release(
    *,
    caller: Caller,
    release_id: UUID,
    meaning: str,
    proof: SigningCredentials,
    comment: str = "",
    notes: str | None = None,
) -> Signature:
    """Sign a release in one meaning, with re-authentication. The signature that meets the policy releases it.

    `notes` is the SHA-256 of the release notes that the signer has read, empty where there were none; None is accepted
    for a release without notes. Editors may change the notes until the first signature, so the signer's page may show
    older ones. Raises, in this order: `NotFound`, `ClientRefReused`, `ValidationFailed` for the meaning,
    `PermissionDenied` (also for agents and services: only people sign), `ProjectFrozen`, `ValidationFailed` (the
    comment; no `notes` although the release has some), `RateLimited`,
    `ReauthenticationFailed`, `Conflict` (the release has ended; other notes; four eyes; signed already; open points or
    a gate block).
    """
    access = access_to(user=caller.user, release_id=release_id)
    parameters = {"release": str(release_id), "meaning": meaning, "comment": comment}
    if notes is not None:
        parameters["notes"] = notes
    action = signing_action(meaning)
    repeat = _repeated(caller, access.project.id, action, parameters)
    if repeat is not None:
        return repeat
    comment = _check(caller, access, meaning, comment)
    _require_read_notes(load_release(release_id), notes)
    act = {"release_id": str(release_id), "meaning": meaning}
    components = prove(caller=caller, about=act, words=comment, **asdict(proof)).components
    ensure_site_key(caller=foundry_caller())
    with project_write(caller=caller, project_id=access.project.id, action=action, parameters=parameters) as write:
        if write.repeat_of is not None:
            return _signature(UUID(write.repeat_of.target_id), repeated=True)
        release = load_release(release_id)
        leads_to = transition(release, Act.SIGN)
        _refuse_unread_notes(release, notes)
        _refuse_ineligible(release, write.caller.user, meaning)
        signature, signed = _insert(write, release, meaning, comment, components, project_status=leads_to.project)
        release = load_release(release_id)
        if progress_of(release).met:
            _release(write, release)
        else:
            settle_signature_requests(release, person=caller.user.id)
            notify_authors(write, release, SIGNED, signed.seq, meaning=meaning)
        return _signature(signature.id)


def _repeated(caller: Caller, project_id: UUID, action: str, parameters: dict[str, Any]) -> Signature | None:
    """The signature of an earlier request with the same `client_ref`; a repeat needs no re-authentication."""
    request = request_hash(action, {"project": str(project_id), **parameters})
    event = answered(caller=caller, project_id=project_id, request=request)
    return _signature(UUID(event.target_id), repeated=True) if event else None


def _signature(signature_id: UUID, *, repeated: bool = False) -> Signature:
    signature = Signature.objects.select_related("signer", "release__draft").get(pk=signature_id)
    signature.repeated = repeated
    return signature


def _check(caller: Caller, access: Access, meaning: str, comment: str) -> str:
    """The checks that need no re-authentication. Returns the normalized comment."""
    if meaning not in Meaning.values:
        raise ValidationFailed({"meaning": [_("Must be one of {values}.").format(values=", ".join(Meaning.values))]})
    project = access.project
    status = Status(project.status)
    authorise(action=signing_action(meaning), role=access.role, status=status, project_id=project.id)
    if caller.user.kind != Kind.HUMAN:
        raise PermissionDenied(_("Only people can sign."))
    return check_remark(comment, name="comment", maximum=MAX_COMMENT, required=False)


def _require_read_notes(release: Release, read: str | None) -> None:
    """A signature covers the notes, so whoever signs says which ones they have read."""
    if release.notes and read is None:
        raise ValidationFailed({"notes": [_("The release has notes. Give the SHA-256 of those that you have read.")]})


def _refuse_unread_notes(release: Release, read: str | None) -> None:
    if (read or "") != (release.notes.sha256 if release.notes else ""):
        raise Conflict(_("The release notes have changed since you opened this. Open the release again and read them."))


def _refuse_ineligible(release: Release, user: User, meaning: str) -> None:
    words = refusal(
        quorum_of(release), person=user.id, meaning=meaning, given=approvals_of(release), authors=release.authors
    )
    if words:
        raise Conflict(words, meaning=meaning)


def _insert(
    write: ProjectWrite,
    release: Release,
    meaning: str,
    comment: str,
    components: list[str],
    *,
    project_status: Status,
) -> tuple[Signature, Event]:
    signer = User.objects.annotate(now=Func(function="clock_timestamp", output_field=DateTimeField())).get(
        pk=write.caller.user.id
    )
    content = statement(release, signer=signer, meaning=meaning, comment=comment, time=signer.now)
    sealed = seal(SIGNATURE, content)
    signature = Signature(
        id=uuid7(),
        project=write.project,
        release=release,
        signer=signer,
        meaning=meaning,
        comment=comment,
        signed_at=signer.now,
        credential=write.caller.credential,
        text=sealed.text,
        key_id=sealed.key,
        seal=sealed.signature,
    )
    data = {
        **facts_of(release, project_status),
        "meaning": meaning,
        "components": components,
        "statement": sealed.sha256,
        "seal": sealed.signature.hex(),
        "key": sealed.key,
        "credential": signature.credential,
    }
    event = write.record("release.signed", Target.of("signature", signature.id), data)
    signature.save(force_insert=True)
    return signature, event


def _release(write: ProjectWrite, release: Release) -> None:
    """Freeze the project, end the release and append a checkpoint, in the transaction of the last signature."""
    rules = Rules(**release.rules)
    open_points(release.project_id).refuse(rules)
    gates = pass_gates(rules.gates, draft=release.draft, release=release)
    leads_to = transition(release, Act.RELEASE)
    before = write.project.status
    change_status(write, leads_to.project)
    data = {"status": leads_to.project.value, "before": before}
    write.record("project.frozen", Target.of("project", release.project_id), data)
    facts = {**facts_of(release, leads_to.project), **gate_facts(gates)}
    released = write.record("release.released", target_of(release), facts)
    end(write, release, released, state=leads_to.release.value)
    settle_signature_requests(release)
    notify_authors(write, release, RELEASED, released.seq)
    append_checkpoint(caller=foundry_caller())
