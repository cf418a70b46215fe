from django.apps import AppConfig


class DraftsConfig(AppConfig):
    name = "drafts"

    def ready(self) -> None:
        from audit.rebuilding.tables import TABLES_WITHOUT_RECORD, rebuild
        from audit.verification import RECORD_CHECKS
        from drafts.attachments.doctor import SUBJECT, examine
        from drafts.attachments.events import register as register_attachment_events
        from drafts.attachments.exchange import ATTACHMENTS
        from drafts.attachments.figures import FIGURES
        from drafts.attachments.own_subjects import OWN_SUBJECTS
        from drafts.attachments.rebuilding import check_files
        from drafts.attachments.subjects import SUBJECTS
        from drafts.comments.models import Comment
        from drafts.events import register as register_events
        from drafts.exchange.importing import check_imports
        from drafts.exchange.registry import EXPORTED_TABLES, ExportedTable
        from drafts.permissions import PERMISSIONS
        from drafts.rebuilding import TABLES, check_sizes
        from drafts.tasks.models import Task
        from kernel.addresses import API_URLS, UrlModule
        from kernel.doctor import EXAMINATIONS
        from kernel.metrics import register_figures
        from projects.permissions import register_permissions

        API_URLS.register("drafts", UrlModule("drafts.urls"))
        register_permissions(*PERMISSIONS)
        register_events()
        register_attachment_events()
        EXAMINATIONS.register(SUBJECT, examine)
        register_figures(*FIGURES)
        for name, subject in OWN_SUBJECTS.items():
            SUBJECTS.register(name, subject)
        rebuild(*TABLES)
        TABLES_WITHOUT_RECORD.register("drafts_upload", "what is on its way; what it becomes is an attachment")
        RECORD_CHECKS.register("files", check_files)
        RECORD_CHECKS.register("imports", check_imports)
        RECORD_CHECKS.register("sizes", check_sizes)
        EXPORTED_TABLES.register("attachment", ATTACHMENTS)
        EXPORTED_TABLES.register("comment", ExportedTable(Comment, added={"round_id": None, "side": ""}))
        EXPORTED_TABLES.register("task", ExportedTable(Task))
