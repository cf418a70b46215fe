"""The topics `agent.<id>.direct`: a notice there says that the assignment of a station has changed."""

from __future__ import annotations

from gateway.streams import StreamSource, topic_id
from stages.fleet.live import ASSIGNED
from stages.fleet.stations.desk import desk_of_lanes


class DirectSource(StreamSource):
    """Passes notices on to the desk of the node, which has the station's socket."""

    def notice(self, topic: str, text: str) -> None:
        desk = desk_of_lanes(self.lanes)
        if text == ASSIGNED and desk is not None:
            desk.reassign(topic_id(topic))
