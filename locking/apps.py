from django.apps import AppConfig


class LockingConfig(AppConfig):
    name = "locking"

    def ready(self) -> None:
        from audit.verification import register
        from locking.services import freeze_locks
        from locking.verification import check_leases
        from projects.status import when_closed

        register("leases", check_leases)
        when_closed(freeze_locks)
