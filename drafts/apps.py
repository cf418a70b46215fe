from django.apps import AppConfig


class DraftsConfig(AppConfig):
    name = "drafts"

    def ready(self) -> None:
        from audit.rebuilding.tables import register as rebuild
        from audit.verification import register
        from drafts.comments.models import Comment
        from drafts.exchange.importing import check_imports
        from drafts.exchange.registry import export_table
        from drafts.permissions import PERMISSIONS
        from drafts.rebuilding import TABLES, check_sizes
        from drafts.tasks.models import Task
        from projects.permissions import register_permissions

        register_permissions(*PERMISSIONS)
        rebuild(*TABLES)
        register("imports", check_imports)
        register("sizes", check_sizes)
        export_table("comment", Comment)
        export_table("task", Task)
