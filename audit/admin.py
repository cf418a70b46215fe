"""The audit viewer: events as they are on record. Nothing can be added, changed or removed here, or anywhere."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from audit.models import Event
from audit.verification import verify_chain
from audit.viewing import ReadOnlyForAuditors

if TYPE_CHECKING:
    EventModelAdmin = admin.ModelAdmin[Event]
else:
    EventModelAdmin = admin.ModelAdmin


class ActionFilter(admin.SimpleListFilter):
    """Filter by action, from those that the trail holds."""

    title = _("action")
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        actions = Event.objects.order_by("action").values_list("action", flat=True).distinct()
        return [(action, action) for action in actions]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(action=self.value()) if self.value() else queryset


@admin.register(Event)
class EventAdmin(ReadOnlyForAuditors, EventModelAdmin):
    """Read-only, for auditors and administrators."""

    list_display = ("at_utc", "chain", "seq", "action", "actor", "target_type", "target_id")
    list_display_links = ("at_utc",)
    list_filter = (ActionFilter, "target_type", "at")
    search_fields = ("=chain", "action", "canonical")
    search_help_text = _("A project's id, an action, or any text of the record")
    date_hierarchy = "at"
    ordering = ("-id",)
    list_per_page = 50
    fields = (
        "at_utc",
        "chain",
        "seq",
        "action",
        "actor",
        "reason",
        "before_and_after",
        "circumstances",
        "canonical",
        "prev_hash_hex",
        "hash_hex",
        "chain_state",
    )
    readonly_fields = fields

    @admin.display(description=_("time (UTC)"), ordering="at")
    def at_utc(self, event: Event) -> str:
        return event.at.strftime("%Y-%m-%d %H:%M:%S.%f UTC")

    @admin.display(description=_("actor"))
    def actor(self, event: Event) -> str:
        actor = event.record["actor"]
        return f"{actor['name']} ({actor['kind']})"

    @admin.display(description=_("reason"))
    def reason(self, event: Event) -> str:
        return event.record["reason"] or "–"

    @admin.display(description=_("before and after"))
    def before_and_after(self, event: Event) -> SafeString:
        return _pretty(event.data)

    @admin.display(description=_("circumstances"))
    def circumstances(self, event: Event) -> SafeString:
        shown = ("via", "session", "address", "user_agent", "on_behalf_of", "client_ref")
        return _pretty({name: event.record.get(name) for name in shown})

    @admin.display(description=_("previous hash"))
    def prev_hash_hex(self, event: Event) -> str:
        return bytes(event.prev_hash).hex()

    @admin.display(description=_("hash"))
    def hash_hex(self, event: Event) -> str:
        return bytes(event.hash).hex()

    @admin.display(description=_("chain"))
    def chain_state(self, event: Event) -> str:
        state = verify_chain(event.chain)
        if state.finding:
            return _("Chain broken at %(where)s: %(what)s") % {
                "where": state.finding.where,
                "what": state.finding.what,
            }
        return _("Chain verified up to %(seq)d") % {"seq": state.seq}


def _pretty(value: dict[str, Any]) -> SafeString:
    return format_html("<pre>{}</pre>", json.dumps(value, indent=2, ensure_ascii=False))
