from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        from kernel.addresses import API_URLS, UrlModule

        API_URLS.register("notifications", UrlModule("notifications.urls"))
