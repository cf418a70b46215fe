from django.apps import AppConfig


class PublishingConfig(AppConfig):
    name = "publishing"

    def ready(self) -> None:
        from audit.checkpoints.services import announce_by
        from audit.rebuilding.tables import register as rebuild
        from audit.verification import register
        from drafts.exchange.registry import check_together, export_table
        from kernel.site_permissions import register_site_permissions
        from projects.permissions import register_permissions
        from publishing.exports import release_faults
        from publishing.jobs import announce_checkpoint
        from publishing.models import Policy, Release, Signature
        from publishing.permissions import PERMISSIONS, SITE_PERMISSIONS
        from publishing.rebuilding import TABLES
        from publishing.verification import check_releases, check_signatures

        announce_by(announce_checkpoint)
        register_permissions(*PERMISSIONS)
        register_site_permissions(*SITE_PERMISSIONS)
        rebuild(*TABLES)
        register("releases", check_releases)
        register("signatures", check_signatures)
        export_table("policy", Policy)
        export_table("release", Release)
        export_table("signature", Signature, project="release__project")
        check_together(release_faults, "release", "signature")
