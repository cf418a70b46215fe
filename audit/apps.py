from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "audit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from audit.checkpoints.verification import check_checkpoints, check_timestamps
        from audit.keys.verification import check_keys
        from audit.permissions import SITE_PERMISSIONS
        from audit.rebuilding.own import TABLES
        from audit.rebuilding.tables import register as rebuild
        from audit.reviews.verification import check_reviews
        from audit.verification import register
        from kernel.site_permissions import register_site_permissions

        register_site_permissions(*SITE_PERMISSIONS)
        rebuild(*TABLES)
        register("checkpoints", check_checkpoints)
        register("keys", check_keys)
        register("reviews", check_reviews)
        register("timestamps", check_timestamps)
