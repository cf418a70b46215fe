"""The lock journal in the admin: who held which field when, read-only, for auditors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin

from audit.viewing import ReadOnlyForAuditors
from locking.models import Lease

if TYPE_CHECKING:
    LeaseModelAdmin = admin.ModelAdmin[Lease]
else:
    LeaseModelAdmin = admin.ModelAdmin


@admin.register(Lease)
class LeaseAdmin(ReadOnlyForAuditors, LeaseModelAdmin):
    list_display = ("project", "field", "token", "user", "started_at", "ended_at", "end_reason")
    list_filter = ("end_reason", "started_at")
    list_select_related = ("project", "user")
    search_fields = ("=project__id", "project__name", "field", "user__display_name")
    date_hierarchy = "started_at"
    ordering = ("-started_at",)
