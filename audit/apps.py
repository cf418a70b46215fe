from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "audit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from audit.checkpoints.services import CHECKPOINT_STEPS
        from audit.checkpoints.verification import check_checkpoints, check_timestamps
        from audit.controls import register_trunk_controls
        from audit.event_types import register_event_groups, register_events
        from audit.events import EVENTS, GROUPS
        from audit.jobs import queue_posting
        from audit.keys.verification import check_keys
        from audit.metrics import FIGURES
        from audit.own_tables import TABLES
        from audit.permissions import SITE_PERMISSIONS
        from audit.rebuilding.tables import rebuild
        from audit.reviews.verification import check_reviews
        from audit.verification import RECORD_CHECKS
        from kernel.metrics import register_figures
        from kernel.site_permissions import register_site_permissions

        CHECKPOINT_STEPS.register("posting", queue_posting)
        register_site_permissions(*SITE_PERMISSIONS)
        register_events(*EVENTS)
        register_event_groups(**GROUPS)
        rebuild(*TABLES)
        register_figures(*FIGURES)
        register_trunk_controls()
        RECORD_CHECKS.register("checkpoints", check_checkpoints)
        RECORD_CHECKS.register("keys", check_keys)
        RECORD_CHECKS.register("reviews", check_reviews)
        RECORD_CHECKS.register("timestamps", check_timestamps)
