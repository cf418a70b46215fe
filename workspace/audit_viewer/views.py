"""The pages of the audit viewer, inside Django's admin: for auditors, who read everything and change nothing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.callers import caller_from_request
from audit.chain_verification.services import record_verifications
from audit.checkpoints.heads import current_heads
from audit.jobs import queue_verification
from audit.models import SITE_CHAIN, ChainVerification, Event, Review
from audit.reviews.models import MAX_FINDINGS
from audit.reviews.services import record_review
from kernel.errors import NotFound, ValidationFailed
from projects.fields import check_field_name
from rest.downloads import attachment, file_name
from rest.streaming import in_threads
from workspace.audit_viewer.event_detail import address_of, event_detail
from workspace.audit_viewer.exporting import FORMS, export
from workspace.audit_viewer.filters import chain_names, dates_of, filters_of
from workspace.audit_viewer.holders import fields_held, holders
from workspace.audit_viewer.query import AuditQuery
from workspace.audit_viewer.rows import rows_of
from workspace.audit_viewer.searching import MAX_SEARCHED, count_of, number_of, page_of
from workspace.audit_viewer.strip import strip_of
from workspace.decorators import PageRequest
from workspace.query_numbers import query_number

REVIEWS_SHOWN = 50
# Events that are verified while somebody waits: some 6,000 a second.
MAX_WALKED = 10_000

Context = dict[str, Any]


def event_list(request: PageRequest, context: Context) -> HttpResponse:
    """The events that match the query (`AuditQuery`), one of them open, and the state of the chain."""
    query = AuditQuery.of(request.GET)
    heads = current_heads()
    names = chain_names(head.chain for head in heads)
    events, more = page_of(query)
    rows = rows_of(events, query, names)
    chosen = next((row for row in rows if row.is_open), None)
    context |= {
        "query": query,
        "strip": strip_of(query, heads, names),
        "filters": filters_of(query, heads, names),
        "dates": dates_of(query),
        "count": count_of(query),
        "rows": rows,
        "open_row": chosen,
        "opened": event_detail(chosen.event, query, reader=request.user.id) if chosen else None,
        "older_url": query.url(before=number_of(events[-1], query)) if more else "",
        "newest_url": query.url(before=0) if query.before else "",
        "any_day_url": query.url(since="", until=""),
        "every_url": AuditQuery(chain=query.chain).url(),
        "most_searched": MAX_SEARCHED,
        "project_name": names.get(query.chain, "") if query.chain not in {"", SITE_CHAIN} else "",
        "here": query.querystring(before=query.before, open=query.open),
    }
    return render(request, "workspace/audit/events.html", context)


def event(request: PageRequest, event_id: str) -> HttpResponse:
    """One event by its id: its row, open, in its chain."""
    found = Event.objects.filter(pk=event_id).first() if event_id.isdecimal() and len(event_id) < 19 else None
    if found is None:
        raise NotFound(_("Event not found."))
    return redirect(address_of(found))


def verify(request: PageRequest) -> HttpResponse:
    """Verify the shown chain, or all, from the beginning, and show the page again.

    Done while the person waits if it takes a second or two, else by the worker, as the page says.
    """
    shown = AuditQuery.of(QueryDict(request.POST.get("here", "")))
    if sum(head.seq for head in current_heads() if shown.chain in {"", head.chain}) > MAX_WALKED:
        queue_verification(shown.chain)
        messages.info(
            request, _("This trail is long; it is being verified in the background. Check again in a few minutes.")
        )
    else:
        _show_verifications(request, record_verifications([shown.chain] if shown.chain else None))
    return redirect(shown.url(before=shown.before, open=shown.open))


def _show_verifications(request: PageRequest, verifications: list[ChainVerification]) -> None:
    broken = [verification for verification in verifications if verification.is_broken]
    for verification in broken:
        words = _("The chain is broken. %(fault)s") if verification.fault else _("A record was changed. %(fault)s")
        messages.error(request, words % {"fault": verification.problem})
    if not broken:
        count = sum(verification.seq for verification in verifications)
        words = ngettext("%(n)s event verified.", "All %(n)s events verified.", count)
        messages.success(request, words % {"n": f"{count:,}"})


def exported(request: PageRequest, form: str) -> StreamingHttpResponse:
    """The events that are asked for, as a file. A read, like the page itself: it is not put on record."""
    query = AuditQuery.of(request.GET)
    if form not in FORMS:
        raise NotFound(_("Unknown export format."))
    kinds = {"jsonl": "application/jsonl; charset=utf-8", "csv": "text/csv; charset=utf-8"}
    response = StreamingHttpResponse(in_threads(export(query, form)), content_type=kinds[form])
    stem = f"events-{query.chain or 'all'}{f'-{query.dates}' if query.dates else ''}"
    response["Content-Disposition"] = attachment(file_name(stem, form))
    return response


def review(request: PageRequest, context: Context) -> HttpResponse:
    """Record a review of a range of events; what was refused is shown again as it was typed."""
    given = request.POST if request.method == "POST" else request.GET
    chain = given.get("chain", "")
    errors: dict[str, list[str]] = {}
    status = 200
    if request.method == "POST":
        try:
            return _reviewed(request, chain)
        except ValidationFailed as refusal:
            errors, status = refusal.errors, refusal.status
    newest = Event.objects.newest_seq(chain) if chain else 0
    if chain and not newest:
        raise NotFound(_("Chain not found."))
    names = chain_names(head.chain for head in current_heads())
    reviews = list(Review.objects.of_chain(chain).select_related("reviewer")[:REVIEWS_SHOWN]) if chain else []
    read_to = max((each.to_seq for each in reviews), default=0)
    context |= {
        "chain": chain,
        "chain_name": names.get(chain, chain),
        "chains": sorted(names.items(), key=lambda item: (item[0] == SITE_CHAIN, item[1].casefold())),
        "newest": newest,
        "reviews": reviews,
        "read_to": read_to,
        "errors": errors,
        "given": given,
        "first": given.get("from_seq", min(read_to + 1, newest)),
        "last": given.get("to_seq", newest),
        "most_findings": MAX_FINDINGS,
    }
    return render(request, "workspace/audit/review.html", context, status=status)


def _reviewed(request: PageRequest, chain: str) -> HttpResponseRedirect:
    ends = {name: query_number(request.POST, name) or 0 for name in ("from_seq", "to_seq")}
    made = record_review(
        caller=caller_from_request(request), chain=chain, findings=request.POST.get("findings", ""), **ends
    )
    found = Event.objects.get(chain=chain, action="audit.reviewed", target_id=str(made.id))
    if made.fault:
        messages.warning(request, _("Review recorded. The range does not verify: %(fault)s") % {"fault": made.fault})
    else:
        messages.success(request, _("Review recorded as event %(seq)d.") % {"seq": found.seq})
    return redirect(address_of(found))


def held(request: PageRequest, context: Context) -> HttpResponse:
    """Who held a field from when to when, and what was saved under each lease."""
    query = AuditQuery.of(request.GET)
    field = check_field_name(request.GET["field"]) if request.GET.get("field") else ""
    project_id = UUID(query.chain) if query.chain not in {"", SITE_CHAIN} else None
    rows, more = holders(project_id, field, before=query.before) if project_id and field else ([], False)
    names = chain_names(head.chain for head in current_heads())
    context |= {
        "query": query,
        "field": field,
        "projects": sorted(
            ((key, name) for key, name in names.items() if key != SITE_CHAIN), key=lambda each: each[1].casefold()
        ),
        "fields": fields_held(project_id) if project_id else [],
        "rows": rows,
        "older": rows[-1].lease.token if more else 0,
        "list_url": reverse("admin:audit_event_changelist"),
    }
    return render(request, "workspace/audit/held.html", context)
