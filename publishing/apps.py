from django.apps import AppConfig


class PublishingConfig(AppConfig):
    name = "publishing"

    def ready(self) -> None:
        from audit.checkpoints.services import announce_by
        from audit.verification import register
        from drafts.exchange.registry import export_table
        from publishing.jobs import announce_checkpoint
        from publishing.models import Policy, Release, Signature
        from publishing.verification import check_policies, check_releases, check_signatures

        announce_by(announce_checkpoint)
        register("policies", check_policies)
        register("releases", check_releases)
        register("signatures", check_signatures)
        export_table("policy", Policy)
        export_table("release", Release)
        export_table("signature", Signature, project="release__project")
