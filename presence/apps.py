from django.apps import AppConfig


class PresenceConfig(AppConfig):
    name = "presence"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kernel.addresses import API_URLS, UrlModule
        from presence.ephemerals import EPHEMERALS
        from realtime.frames import register_ephemerals

        API_URLS.register("presence", UrlModule("presence.urls"))
        register_ephemerals(EPHEMERALS)
