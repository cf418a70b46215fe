"""Sessions, locks, the lease journal and working copies: everything that an IDE without a socket needs to write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from accounts.callers import Caller
from kernel.errors import NotFound
from locking import serializers as shapes
from locking import services
from locking.models import Lease, WorkingCopy
from locking.serializers import foreign_copy_body, held_body, lease_body, lock_body, working_copy_body
from locking.sessions import open_session
from locking.working_copies import discard_working_copy
from projects.fields import check_field_name
from projects.models import Role
from projects.rest import ProjectView, in_session
from rest.pagination import page, whole
from rest.queries import query_text
from rest.schema import operation, page_of

NOTHING: dict[str, Any] = {"type": "object"}


class SessionsView(ProjectView):
    @operation("sessions_open", answer=shapes.SessionInfo, status=201)
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Open a session for a client without a socket; its locks belong to the session."""
        opened = open_session(caller=self.caller(), project_id=project_id, connected=False)
        return self.answer({"session_id": opened.session_id}, 201)


class LockView(ProjectView):
    """The base of views that change a lock: every body names a session, and the record has it as the caller's."""

    def caller_and_body(self, shape: type[Any]) -> tuple[Caller, dict[str, Any]]:
        given = self.body(shape)
        return in_session(self.caller(), given["session_id"]), given

    def do(self, write: Callable[..., None], shape: type[Any]) -> HttpResponseBase:
        """Call a service with the members of the body, and answer ``{}``."""
        caller, given = self.caller_and_body(shape)
        write(caller=caller, project_id=self.project_id, **given)
        return self.answer({})


class LocksView(LockView):
    write_action = "lock.acquire"

    @operation("locks_list", answer=shapes.Locks)
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """List the held locks and the open requests for them."""
        self.access()
        leases = Lease.objects.of_project(project_id).open().select_related("user").order_by("field")
        requests = services.open_requests(project_id=project_id)
        return self.answer(
            {**whole([held_body(lease) for lease in leases]), "requests": [asdict(each) for each in requests]}
        )

    @operation(
        "locks_acquire", takes=shapes.InSession, answer=shapes.LockInfo, status=201, repeatable=True, problems=[423]
    )
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Lock a field, or a file that does not exist yet. A repeat by the same session answers the same lock."""
        caller, given = self.caller_and_body(shapes.InSession)
        lock = services.acquire_lock(caller=caller, project_id=project_id, **given)
        return self.answer(lock_body(lock), 200 if lock.repeated else 201)


class RenewView(LockView):
    @operation("locks_renew", takes=shapes.Renewing, answer=shapes.RenewalInfo)
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Renew the locks of fields, because their user is active. Those in `lost` are no longer held."""
        caller, given = self.caller_and_body(shapes.Renewing)
        return self.answer(asdict(services.renew_locks(caller=caller, project_id=project_id, **given)))


class ReleaseLockView(LockView):
    write_action = "lock.release"

    @operation("locks_release", takes=shapes.Releasing, answer=NOTHING)
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Release the lock of a field."""
        return self.do(services.release_lock, shapes.Releasing)


class RequestView(LockView):
    write_action = "lock.request"

    @operation("locks_request", takes=shapes.Requesting, answer=NOTHING)
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Ask the holder of a field for it, with an optional message."""
        return self.do(services.request_lock, shapes.Requesting)


class WithdrawRequestView(LockView):
    @operation("locks_withdraw_request", takes=shapes.InSession, answer=NOTHING)
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Withdraw my request for a field."""
        return self.do(services.withdraw_request, shapes.InSession)


class KeepView(LockView):
    @operation("locks_keep", takes=shapes.Keeping, answer=NOTHING)
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Decline a request for a field that I hold."""
        return self.do(services.keep_lock, shapes.Keeping)


class HandOverView(LockView):
    write_action = "lock.hand_over"

    @operation("locks_hand_over", takes=shapes.HandingOver, answer=NOTHING)
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Hand the lock of a field over to another session, or to this one from another session of mine.

        The session that gets it learns its token by acquiring it.
        """
        return self.do(services.hand_over_lock, shapes.HandingOver)


class TakeOverView(LockView):
    write_action = "lock.take_over"

    @operation(
        "locks_take_over",
        takes=shapes.TakeOverSerializer,
        answer=shapes.LockInfo,
        status=201,
        repeatable=True,
        problems=[423],
    )
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Take over the lock of a field from its holder, for a reason. Owners only. The holder's text is kept."""
        caller, given = self.caller_and_body(shapes.TakeOverSerializer)
        lock = services.take_over_lock(caller=caller, project_id=project_id, **given)
        return self.answer(lock_body(lock), 200 if lock.repeated else 201)


class LeasesView(ProjectView):
    field = OpenApiParameter("field", str, description="Only the leases of this field.")

    @operation("leases_list", answer=page_of(shapes.LeaseInfo), paged=True, parameters=[field])
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """List who held which field when, newest first."""
        name = query_text(request, "field")
        self.access()
        leases = Lease.objects.of_project(project_id).select_related("user")
        if name is not None:
            leases = leases.filter(field=check_field_name(name))
        return self.answer(page(request, leases, lease_body, order=("token", "field")))


class _OwnCopies(ProjectView):
    def copies(self) -> Any:
        """The caller's working copies in a project; those of others are not found."""
        project = self.access().project
        return WorkingCopy.objects.filter(lease__project=project, lease__user=self.user()).select_related("lease")


class WorkingCopiesView(_OwnCopies):
    @operation("working-copies_list", answer=shapes.WorkingCopies, paged=True)
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """List my unsaved texts. Owners also see who else has some, without their content."""
        access = self.access()
        others = WorkingCopy.objects.of_others(access.project.id, self.user()) if access.role is Role.OWNER else []
        return self.answer(
            {
                **page(request, self.copies(), working_copy_body),
                "others": [foreign_copy_body(copy) for copy in others],
            }
        )


class OneWorkingCopyView(_OwnCopies):
    @operation("working-copies_read", answer=shapes.WorkingCopyText)
    def get(self, request: Request, project_id: UUID, working_copy_id: UUID) -> HttpResponseBase:
        """Get one of my unsaved texts."""
        copy = self.copies().filter(pk=working_copy_id).first()
        if copy is None:
            raise NotFound(_("There are no such unsaved changes."))
        return self.answer({**working_copy_body(copy), "content": copy.content})

    @operation("working-copies_discard", answer=None, status=204)
    def delete(self, request: Request, project_id: UUID, working_copy_id: UUID) -> HttpResponseBase:
        """Delete one of my unsaved texts."""
        self.access()
        discard_working_copy(caller=self.caller(), project_id=project_id, working_copy_id=working_copy_id)
        return self.answer(None, 204)
