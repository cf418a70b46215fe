"""Foreign views as REST takes and shows them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from rest.fields import Flag, Integer, Text, Uuid
from stages.automation.api.script_serializers import JsonObject
from stages.automation.foreign.proposing import MAX_CHANGES
from stages.automation.foreign.reading import MAX_ENDS, MAX_PAGE

MAX_COLUMNS = 100
MAX_NAME = 100
CHANGES_HELP = (
    "Objects with `act`: `set` (`table`, `record`, `values`), `create` (`table`, `values`), `attach` (`table`, "
    "`record`, `values`), `detach` (`table`, `record`), `delete` (`record`), `link` (`relation`, `from`, `to`, "
    "`properties`, `at`), `unlink` (`link`), `write` (`field`, `text`). `$0` stands for what the first change makes."
)


class Grants(serializers.Serializer[Any]):
    """What a view asks for, or may: `read` and `write` (`contacts.email`, `relation:plays`, `field:prompt_text`)."""

    read = serializers.ListField(child=Text(max_length=300), required=False, max_length=200)
    write = serializers.ListField(child=Text(max_length=300), required=False, max_length=200)


class ViewSwitch(serializers.Serializer[Any]):
    sha256 = Text(max_length=64, help_text="Of the text that the owner has read.")
    is_on = Flag()
    grants = Grants(required=False, help_text="Out of what the view asks for.")
    reason = Text(max_length=2_000, allow_blank=True, required=False, default="")


class ViewOption(serializers.Serializer[Any]):
    id = serializers.CharField()
    title = serializers.CharField()


class ViewColumn(serializers.Serializer[Any]):
    name = serializers.CharField()
    title = serializers.CharField()
    type = serializers.CharField()
    options = ViewOption(many=True)
    writable = serializers.BooleanField(help_text="Whether the view may propose values of it.")


class ViewTable(serializers.Serializer[Any]):
    name = serializers.CharField()
    title = serializers.CharField()
    columns = ViewColumn(many=True)


class ForeignViewInfo(serializers.Serializer[Any]):
    module = serializers.CharField()
    version = serializers.CharField()
    name = serializers.CharField()
    title = serializers.CharField()
    sha256 = serializers.CharField(help_text="Of its text.")
    is_on = serializers.BooleanField(help_text="In this text, at this site.")
    is_conflicted = serializers.BooleanField(help_text="Two sites adopted different versions of the module; it is off.")
    asks = Grants()
    grants = Grants()
    tables = ViewTable(many=True, help_text="That it may read.")


class ViewSource(serializers.Serializer[Any]):
    sha256 = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment] # the name of a member of Field


class Asked(serializers.Serializer[Any]):
    """A request of a view: `sha256` is that of the text which runs."""

    sha256 = Text(max_length=64)


class Paged(Asked):
    after = Uuid(required=False, allow_null=True, default=None, help_text="`next` of another page.")
    limit = Integer(required=False, default=MAX_PAGE, min_value=1, max_value=MAX_PAGE)


class RowsAsked(Paged):
    table = Text(max_length=MAX_NAME)
    columns = serializers.ListField(
        child=Text(max_length=MAX_NAME), required=False, allow_null=True, max_length=MAX_COLUMNS, default=None
    )
    where = JsonObject(required=False, default=dict, help_text="Values by columns; null for an empty one.")


class LinksAsked(Paged):
    relation = Text(max_length=MAX_NAME)
    sources = serializers.ListField(child=Uuid(), required=False, allow_null=True, max_length=MAX_ENDS, default=None)
    targets = serializers.ListField(child=Uuid(), required=False, allow_null=True, max_length=MAX_ENDS, default=None)


class TextAsked(Asked):
    field = Text(max_length=1_100)


class ViewRows(serializers.Serializer[Any]):
    rows = serializers.ListField(child=JsonObject(), help_text="Each with `id`, and the columns that have a value.")
    next = serializers.CharField(allow_null=True, help_text="`after` of the next page.")


class ViewText(serializers.Serializer[Any]):
    text = serializers.CharField(allow_null=True, allow_blank=True)


class ProposeByView(Asked):
    changes = serializers.ListField(child=JsonObject(), min_length=1, max_length=MAX_CHANGES, help_text=CHANGES_HELP)


class ProposedByView(serializers.Serializer[Any]):
    proposal_id = serializers.UUIDField(allow_null=True, help_text="Private; null where nothing differs.")
    count = serializers.IntegerField(help_text="Changes that the view has staged, these and earlier ones.")
    made = serializers.ListField(
        child=serializers.CharField(allow_null=True), help_text="By change: the record or link that it makes."
    )
