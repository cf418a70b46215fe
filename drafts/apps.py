from django.apps import AppConfig


class DraftsConfig(AppConfig):
    name = "drafts"

    def ready(self) -> None:
        from audit.verification import register
        from drafts.comments.verification import check_comments
        from drafts.verification import check_drafts

        register("comments", check_comments)
        register("drafts", check_drafts)
