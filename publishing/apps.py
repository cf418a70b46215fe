from django.apps import AppConfig


class PublishingConfig(AppConfig):
    name = "publishing"

    def ready(self) -> None:
        from audit.verification import register
        from publishing.verification import check_policies, check_releases, check_signatures

        register("policies", check_policies)
        register("releases", check_releases)
        register("signatures", check_signatures)
