from django.apps import AppConfig


class LockingConfig(AppConfig):
    name = "locking"

    def ready(self) -> None:
        from audit.rebuilding.tables import rebuild
        from kernel.addresses import API_URLS, UrlModule
        from kernel.metrics import register_figures
        from locking.ephemerals import EPHEMERALS
        from locking.events import register as register_events
        from locking.metrics import FIGURES
        from locking.permissions import PERMISSIONS
        from locking.rebuilding import TABLES
        from locking.services import freeze_locks
        from projects.permissions import register_permissions
        from projects.status import CLOSING_STEPS
        from realtime.frames import register_ephemerals

        API_URLS.register("locking", UrlModule("locking.urls"))
        register_permissions(*PERMISSIONS)
        register_events()
        rebuild(*TABLES)
        register_figures(*FIGURES)
        CLOSING_STEPS.register("locks", freeze_locks)
        register_ephemerals(EPHEMERALS)
