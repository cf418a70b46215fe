from django.apps import AppConfig


class LockingConfig(AppConfig):
    name = "locking"
    default_auto_field = "django.db.models.BigAutoField"
