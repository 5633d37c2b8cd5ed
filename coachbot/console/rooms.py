"""What the console needs of the service, as one Protocol: `coachbot.bootstrap.StaffRooms` has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from coachbot.service.broadcasts.office import Broadcasts
from coachbot.service.clinic.clients import Clients
from coachbot.service.enrolling.office import InvitationLists
from coachbot.service.staff.audit import Audit
from coachbot.service.staff.board import Board
from coachbot.service.staff.care import Care
from coachbot.service.staff.chart import Charts
from coachbot.service.staff.doors import Doors
from coachbot.service.staff.erasing import Erasing
from coachbot.service.staff.searching import Searches
from coachbot.service.staff.ways import Ways
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
    def searches(self) -> Searches: ...
    @property
    def charts(self) -> Charts: ...
    @property
    def reasons(self) -> Reasons: ...
    @property
    def care(self) -> Care: ...
    @property
    def erasing(self) -> Erasing: ...
    @property
    def broadcasts(self) -> Broadcasts: ...
    @property
    def clients(self) -> Clients: ...
    @property
    def lists(self) -> InvitationLists: ...
    @property
    def links(self) -> Callable[[str], Mapping[str, str]]: ...
    @property
    def ways(self) -> Ways: ...
    @property
    def carried(self) -> frozenset[str]: ...
    @property
    def remembered(self) -> Callable[[str], str | None]: ...
    @property
    def world(self) -> World: ...
