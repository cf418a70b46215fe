from django.apps import AppConfig


class PresenceConfig(AppConfig):
    name = "presence"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from presence.ephemerals import EPHEMERALS
        from realtime.frames import register_ephemerals

        register_ephemerals(EPHEMERALS)
