from django.apps import AppConfig


class DraftsConfig(AppConfig):
    name = "drafts"

    def ready(self) -> None:
        from audit.verification import register
        from drafts.comments.models import Comment
        from drafts.comments.verification import check_comments
        from drafts.exchange.importing import check_imports
        from drafts.exchange.registry import export_table
        from drafts.tasks.models import Task
        from drafts.tasks.verification import check_tasks
        from drafts.verification import check_drafts

        register("comments", check_comments)
        register("drafts", check_drafts)
        register("imports", check_imports)
        register("tasks", check_tasks)
        export_table("comment", Comment)
        export_table("task", Task)
