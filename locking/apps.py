from django.apps import AppConfig


class LockingConfig(AppConfig):
    name = "locking"

    def ready(self) -> None:
        from audit.verification import register
        from locking.verification import check_leases

        register("leases", check_leases)
