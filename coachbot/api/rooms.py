"""What the interface needs of the service, as one Protocol: `coachbot.bootstrap.StaffRooms` has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from coachbot.service.clinic.clients import Clients
from coachbot.service.clinic.reading import ClinicDesk
from coachbot.service.enrolling.office import InvitationLists
from coachbot.service.staff.audit import Audit
from coachbot.service.staff.ways import Ways
from coachbot.service.world import World


class Rooms(Protocol):
    """The clinic systems' side of the use cases."""

    @property
    def audit(self) -> Audit: ...
    @property
    def clients(self) -> Clients: ...
    @property
    def clinic(self) -> ClinicDesk: ...
    @property
    def lists(self) -> InvitationLists: ...
    @property
    def links(self) -> Callable[[str], Mapping[str, str]]: ...
    @property
    def ways(self) -> Ways: ...
    @property
    def world(self) -> World: ...
