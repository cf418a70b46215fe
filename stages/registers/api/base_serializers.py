"""What shapes of registers are made of."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.fields import empty

from kernel.errors import PayloadTooLarge
from rest.fields import Text
from stages.registers.schema import TYPES

MAX_CELLS = 10_000
MAX_IDS = 10_000

VALUE_HELP = "A JSON value that fits the column; null empties it."
TYPE_HELP = f"One of {', '.join(TYPES)}."
BASE_HELP = "The ids of the operations whose values were seen there; without it nothing is compared."
FACET_HELP = "The name of a table."


def make_title(**options: Any) -> Text:
    return Text(max_length=200, required=False, allow_blank=True, **options)


class Value(serializers.JSONField):
    """Any JSON value."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"allow_null": True, "help_text": VALUE_HELP, **options})


class Values(serializers.DictField):
    """Values by column."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"child": Value(), **options})


class Many(serializers.ListField):
    """As many as a bundle may have operations; one more is too large, and not merely wrong."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": MAX_CELLS, **options})

    def run_validation(self, data: Any = empty) -> Any:
        if isinstance(data, list) and len(data) > MAX_CELLS:
            raise PayloadTooLarge(_("At most %(most)s at once.") % {"most": f"{MAX_CELLS:,}"}, limit=MAX_CELLS)
        return super().run_validation(data)


class Ids(serializers.ListField):
    """Ids of records, links or operations."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"child": Text(max_length=36), "max_length": MAX_IDS, **options})


class BundleInfo(serializers.Serializer[Any]):
    """The bundle of a write."""

    bundle_id = serializers.CharField()
    hash = serializers.CharField(help_text="SHA-256 over header, texts and signatures.")
    operations = serializers.ListField(child=serializers.CharField(), help_text="The ids of its operations.")


class WrittenInfo(serializers.Serializer[Any]):
    """What was written; `bundle` is null where nothing differed."""

    bundle = BundleInfo(allow_null=True)
