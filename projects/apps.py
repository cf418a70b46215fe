from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "projects"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts.deactivation import DEACTIVATION_STEPS
        from audit.rebuilding.tables import rebuild
        from audit.verification import RECORD_CHECKS
        from kernel.addresses import API_URLS, UrlModule
        from kernel.site_permissions import register_site_permissions
        from projects.events import register as register_events
        from projects.permissions import OWN_PERMISSIONS, OWN_SITE_PERMISSIONS, register_permissions
        from projects.rebuilding import TABLES, check_chains
        from projects.succession import appoint_successor

        API_URLS.register("projects", UrlModule("projects.urls"))
        register_permissions(*OWN_PERMISSIONS)
        register_site_permissions(*OWN_SITE_PERMISSIONS)
        register_events()
        rebuild(*TABLES)
        RECORD_CHECKS.register("chains", check_chains)
        DEACTIVATION_STEPS.register("projects", appoint_successor)
