"""Records in the admin: auditors look, nobody adds, changes or removes."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from kernel.site_permissions import may_on_site


class ReadOnlyForAuditors:
    """Mixed into a `ModelAdmin`, it leaves viewing, and that to auditors only."""

    actions: Any = None
    show_full_result_count = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_on_site("audit.read", request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
