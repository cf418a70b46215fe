from django.apps import AppConfig


class LockingConfig(AppConfig):
    name = "locking"

    def ready(self) -> None:
        from audit.rebuilding.tables import register as rebuild
        from locking.rebuilding import TABLES
        from locking.services import freeze_locks
        from projects.status import when_closed

        rebuild(*TABLES)
        when_closed(freeze_locks)
