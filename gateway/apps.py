from django.apps import AppConfig


class GatewayConfig(AppConfig):
    name = "gateway"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from gateway.commands import PROJECT_COMMANDS
        from gateway.consumer import ProjectConsumer
        from gateway.notifications import NOTIFICATIONS
        from gateway.registry import SOCKET_ADDRESSES, SocketAddress, register_commands
        from realtime.frames import register_notifications

        register_commands(*PROJECT_COMMANDS)
        SOCKET_ADDRESSES.register("project", SocketAddress(r"ws/projects/(?P<project_id>[^/]+)/", ProjectConsumer))
        register_notifications(NOTIFICATIONS)
