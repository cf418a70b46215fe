from django.apps import AppConfig


class DraftsConfig(AppConfig):
    name = "drafts"

    def ready(self) -> None:
        from audit.rebuilding.tables import rebuild
        from audit.verification import RECORD_CHECKS
        from drafts.comments.models import Comment
        from drafts.events import register as register_events
        from drafts.exchange.importing import check_imports
        from drafts.exchange.registry import EXPORTED_TABLES, ExportedTable
        from drafts.permissions import PERMISSIONS
        from drafts.rebuilding import TABLES, check_sizes
        from drafts.tasks.models import Task
        from kernel.addresses import API_URLS, UrlModule
        from projects.permissions import register_permissions

        API_URLS.register("drafts", UrlModule("drafts.urls"))
        register_permissions(*PERMISSIONS)
        register_events()
        rebuild(*TABLES)
        RECORD_CHECKS.register("imports", check_imports)
        RECORD_CHECKS.register("sizes", check_sizes)
        EXPORTED_TABLES.register("comment", ExportedTable(Comment))
        EXPORTED_TABLES.register("task", ExportedTable(Task))
