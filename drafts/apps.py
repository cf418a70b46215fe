from django.apps import AppConfig


class DraftsConfig(AppConfig):
    name = "drafts"

    def ready(self) -> None:
        from audit.rebuilding.tables import register as rebuild
        from audit.verification import register
        from drafts.comments.models import Comment
        from drafts.exchange.importing import check_imports
        from drafts.exchange.registry import export_table
        from drafts.rebuilding import TABLES, check_sizes
        from drafts.tasks.models import Task

        rebuild(*TABLES)
        register("imports", check_imports)
        register("sizes", check_sizes)
        export_table("comment", Comment)
        export_table("task", Task)
