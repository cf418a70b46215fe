from django.apps import AppConfig


class WorkspaceConfig(AppConfig):
    name = "workspace"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kernel.addresses import PAGE_URLS, UrlModule
        from workspace import own_shortcuts, pages
        from workspace.palette import sources

        PAGE_URLS.register("workspace", UrlModule("workspace.urls"))
        pages.register()
        own_shortcuts.register()
        sources.register()
