from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # The receivers register themselves when their module is imported.
        import accounts.signals  # noqa: F401
        from accounts.callers import foundry_caller
        from accounts.doctor import examine
        from accounts.events import EVENTS, GROUPS
        from accounts.permissions import SITE_PERMISSIONS
        from accounts.rebuilding import TABLES
        from accounts.via import register as register_vias
        from audit.event_types import register_event_groups, register_events
        from audit.rebuilding.tables import rebuild
        from audit.system_caller import provide_system_caller
        from kernel.addresses import API_URLS, PAGE_URLS, UrlModule
        from kernel.doctor import EXAMINATIONS
        from kernel.site_permissions import register_site_permissions

        API_URLS.register("accounts", UrlModule("accounts.api_urls"))
        PAGE_URLS.register("accounts", UrlModule("accounts.urls", prefix="accounts/"))
        register_site_permissions(*SITE_PERMISSIONS)
        register_events(*EVENTS)
        register_event_groups(**GROUPS)
        register_vias()
        EXAMINATIONS.register("Access tokens", examine)
        provide_system_caller(foundry_caller)
        rebuild(*TABLES)
