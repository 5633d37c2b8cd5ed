"""Every table. `table()` is the one way to the typed Core table of a model.

Ids are given by us, moments are whole microseconds (`coachbot.store.columns`), and what a patient says or
scores is sealed bytes (`coachbot.store.sealing`). A column without a remark is plain and names nobody.
Every table that holds rows of a patient has a column `patient` with an index: erasure finds them by it.
"""

from coachbot.store.tables.clinic import ApiToken, Device, InvitationPlan, Lease, Link, Process, Setting, StepCount
from coachbot.store.tables.kinds import Base, table
from coachbot.store.tables.patients import Account, Address, Enrolment, Invitation, Patient, PatientKey, Site
from coachbot.store.tables.sending import Broadcast, BroadcastRecipient, StaffInbox, StaffNotice, StaffWay
from coachbot.store.tables.staff import AUDIT_TRIGGERS, Audit, Care, Note, Staff, StaffTicket, StaffVisit
from coachbot.store.tables.told import Alert, Consent, Diary, Incident, Media, Plan, Response
from coachbot.store.tables.turns import Conversation, Inbox, Outbox, Timer, Trace, Turn

__all__ = [
    "AUDIT_TRIGGERS",
    "PERSONAL",
    "Account",
    "Address",
    "Alert",
    "ApiToken",
    "Audit",
    "Base",
    "Broadcast",
    "BroadcastRecipient",
    "Care",
    "Consent",
    "Conversation",
    "Device",
    "Diary",
    "Enrolment",
    "Inbox",
    "Incident",
    "Invitation",
    "InvitationPlan",
    "Lease",
    "Link",
    "Media",
    "Note",
    "Outbox",
    "Patient",
    "PatientKey",
    "Plan",
    "Process",
    "Response",
    "Setting",
    "Site",
    "Staff",
    "StaffInbox",
    "StaffNotice",
    "StaffTicket",
    "StaffVisit",
    "StaffWay",
    "StepCount",
    "Timer",
    "Trace",
    "Turn",
    "table",
]

#: Tables that hold rows of a patient, in the order in which erasure empties them.
PERSONAL: tuple[type[Base], ...] = (
    Outbox, Inbox, Turn, Conversation, Timer, Diary, Response, Alert, Consent, Plan, Incident, Media, Device,
    Link, Invitation, Care, Note, Trace, BroadcastRecipient, StaffNotice, StepCount, InvitationPlan,
    Enrolment, Address,
)  # fmt: skip
