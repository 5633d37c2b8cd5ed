"""What the console needs of the service, as one Protocol: `coachbot.bootstrap.StaffRooms` has it."""

from __future__ import annotations

from typing import Protocol

from coachbot.service.broadcasts.office import Broadcasts
from coachbot.service.staff.audit import Audit
from coachbot.service.staff.board import Board
from coachbot.service.staff.care import Care
from coachbot.service.staff.chart import Charts
from coachbot.service.staff.doors import Doors
from coachbot.service.staff.why import Reasons
from coachbot.service.world import World


class Rooms(Protocol):
    """The staff's side of the use cases."""

    @property
    def audit(self) -> Audit: ...
    @property
    def doors(self) -> Doors: ...
    @property
    def board(self) -> Board: ...
    @property
    def charts(self) -> Charts: ...
    @property
    def reasons(self) -> Reasons: ...
    @property
    def care(self) -> Care: ...
    @property
    def broadcasts(self) -> Broadcasts: ...
    @property
    def world(self) -> World: ...
