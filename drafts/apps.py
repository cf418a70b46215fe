from django.apps import AppConfig


class DraftsConfig(AppConfig):
    name = "drafts"

    def ready(self) -> None:
        from audit.verification import register
        from drafts.verification import check_drafts

        register("drafts", check_drafts)
