"""The first tables: sites, patients and their keys, turns, the inbox and outbox, what patients tell."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from coachbot.errors import StoreError

revision = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make every table."""
    for make in _TABLES:
        make()


def downgrade() -> None:
    """There is nothing before the first tables; data are never thrown away by a migration."""
    raise StoreError("there is no way back before the first migration; to begin anew, move the database file away")


def _reference(column: str, target: str, name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=name, deferrable=True, initially="DEFERRED")


def _index(name: str, table: str, columns: list[str], *, where: str = "") -> None:
    condition = sa.text(where) if where else None
    op.create_index(op.f(name), table, columns, sqlite_where=condition, postgresql_where=condition)


def _site() -> None:
    op.create_table(
        "site",
        sa.Column("id", ID, nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
        sa.UniqueConstraint("code", name=op.f("uq_site_code")),
    )


def _account() -> None:
    op.create_table(
        "account",
        sa.Column("id", ID, nullable=False),
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("site", ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("channel", "code", name=op.f("uq_account_channel_code")),
        _reference("site", "site.id", op.f("fk_account_site")),
    )


def _patient() -> None:
    op.create_table(
        "patient",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("site", ID, nullable=True),
        sa.Column("profile", sa.LargeBinary(), nullable=True),
        sa.Column("created_real", sa.Float(), nullable=True),
        sa.Column("erased_real", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient")),
    )


def _patient_key() -> None:
    op.create_table(
        "patient_key",
        sa.Column("patient", TEXT, nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("patient", name=op.f("pk_patient_key")),
        _reference("patient", "patient.id", op.f("fk_patient_key_patient")),
    )
    if op.get_bind().dialect.name == "postgresql":  # the server's statistics must not keep a key that is destroyed
        op.execute("ALTER TABLE patient_key ALTER COLUMN wrapped SET STATISTICS 0")


def _address() -> None:
    op.create_table(
        "address",
        sa.Column("id", ID, nullable=False, autoincrement=False),
        sa.Column("patient", TEXT, nullable=False),
        sa.Column("account", ID, nullable=False),
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("chat", sa.LargeBinary(), nullable=False),
        sa.Column("chat_hash", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address")),
        sa.UniqueConstraint("account", "chat_hash", name=op.f("uq_address_account_chat_hash")),
        _reference("account", "account.id", op.f("fk_address_account")),
        _reference("patient", "patient.id", op.f("fk_address_patient")),
    )
    _index("ix_address_patient", "address", ["patient", "id"])


def _enrolment() -> None:
    op.create_table(
        "enrolment",
        sa.Column("id", ID, nullable=False, autoincrement=False),
        sa.Column("patient", TEXT, nullable=False),
        sa.Column("programme", TEXT, nullable=False),
        sa.Column("arm", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("anchor", TEXT, nullable=True),
        sa.Column("code", TEXT, nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment")),
        sa.UniqueConstraint("code", name=op.f("uq_enrolment_code")),
        sa.UniqueConstraint("patient", name=op.f("uq_enrolment_patient")),
        _reference("patient", "patient.id", op.f("fk_enrolment_patient")),
    )


def _invitation() -> None:
    op.create_table(
        "invitation",
        sa.Column("code_hash", TEXT, nullable=False),
        sa.Column("programme", TEXT, nullable=False),
        sa.Column("arm", TEXT, nullable=False),
        sa.Column("site", ID, nullable=False),
        sa.Column("note", TEXT, nullable=False),
        sa.Column("expires_real", sa.Float(), nullable=False),
        sa.Column("used_real", sa.Float(), nullable=True),
        sa.Column("patient", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_invitation")),
    )
    _index("ix_invitation_patient", "invitation", ["patient"])


def _conversation() -> None:
    op.create_table(
        "conversation",
        sa.Column("patient", TEXT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("last_heard_at", sa.BigInteger(), nullable=True),
        sa.Column("updated_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("patient", name=op.f("pk_conversation")),
        _reference("patient", "patient.id", op.f("fk_conversation_patient")),
    )


def _inbox() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", ID, nullable=False, autoincrement=False),
        sa.Column("patient", TEXT, nullable=False),
        sa.Column("account", ID, nullable=False),
        sa.Column("update_id", TEXT, nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("screened", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("first_tried_real", sa.Float(), nullable=True),
        sa.Column("next_try_real", sa.Float(), nullable=True),
        sa.Column("error", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
        sa.UniqueConstraint("account", "update_id", name=op.f("uq_inbox_account_update_id")),
        _reference("patient", "patient.id", op.f("fk_inbox_patient")),
    )
    _index(
        "ix_inbox_held",
        "inbox",
        ["state", "next_try_real", "patient"],
        where="state = 'waiting' AND next_try_real IS NOT NULL",
    )
    _index("ix_inbox_patient", "inbox", ["patient", "id"])
    _index("ix_inbox_waiting", "inbox", ["state", "id"], where="state = 'waiting'")


def _turn() -> None:
    op.create_table(
        "turn",
        sa.Column("id", ID, nullable=False, autoincrement=False),
        sa.Column("patient", TEXT, nullable=False),
        sa.Column("inbox", sa.BigInteger(), nullable=False),
        sa.Column("cause", TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("dialog", TEXT, nullable=False),
        sa.Column("version", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_turn")),
        _reference("patient", "patient.id", op.f("fk_turn_patient")),
    )
    _index("ix_turn_patient", "turn", ["patient"])


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", ID, nullable=False, autoincrement=False),
        sa.Column("patient", TEXT, nullable=False),
        sa.Column("address", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("quiet", sa.Integer(), nullable=False),
        sa.Column("token", TEXT, nullable=False),
        sa.Column("in_place", TEXT, nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("on_doubt", TEXT, nullable=False),
        sa.Column("turn", sa.BigInteger(), nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_by", TEXT, nullable=False),
        sa.Column("lease_real", sa.Float(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("claimed_at", sa.BigInteger(), nullable=True),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.Column("remote_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        _reference("patient", "patient.id", op.f("fk_outbox_patient")),
    )
    _index("ix_outbox_chat", "outbox", ["address", "id"], where="state = 'due'")
    _index("ix_outbox_claimed", "outbox", ["address"], where="state = 'claimed'")
    _index("ix_outbox_due", "outbox", ["lane", "due_at", "id"], where="state = 'due'")
    _index("ix_outbox_expiry", "outbox", ["expires_at"], where="state = 'due' AND expires_at IS NOT NULL")
    _index("ix_outbox_patient", "outbox", ["patient", "id"])


def _timer() -> None:
    op.create_table(
        "timer",
        sa.Column("patient", TEXT, nullable=False),
        sa.Column("purpose", TEXT, nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("token", TEXT, nullable=True),
        sa.Column("body", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("patient", "purpose", name=op.f("pk_timer")),
        _reference("patient", "patient.id", op.f("fk_timer_patient")),
    )
    _index("ix_timer_due", "timer", ["due_at", "patient", "purpose"])


def _diary() -> None:
    op.create_table(
        "diary",
        sa.Column("id", ID, nullable=False, autoincrement=False),
        sa.Column("patient", TEXT, nullable=False),
        sa.Column("day", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_diary")),
        _reference("patient", "patient.id", op.f("fk_diary_patient")),
    )
    _index("ix_diary_patient", "diary", ["patient", "id"])


def _response() -> None:
    op.create_table(
        "response",
        sa.Column("id", ID, nullable=False, autoincrement=False),
        sa.Column("patient", TEXT, nullable=False),
        sa.Column("instrument", TEXT, nullable=False),
        sa.Column("assessment", TEXT, nullable=False),
        sa.Column("day", TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response")),
        _reference("patient", "patient.id", op.f("fk_response_patient")),
    )
    _index("ix_response_patient", "response", ["patient", "id"])


def _alert() -> None:
    op.create_table(
        "alert",
        sa.Column("id", ID, nullable=False, autoincrement=False),
        sa.Column("patient", TEXT, nullable=False),
        sa.Column("priority", TEXT, nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("acknowledge_by", sa.BigInteger(), nullable=True),
        sa.Column("acknowledged_at", sa.BigInteger(), nullable=True),
        sa.Column("acknowledged_by", TEXT, nullable=False),
        sa.Column("escalated_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
        _reference("patient", "patient.id", op.f("fk_alert_patient")),
    )
    _index("ix_alert_open", "alert", ["id", "acknowledged_at"], where="acknowledged_at IS NULL")
    _index("ix_alert_patient", "alert", ["patient", "id"])


def _consent() -> None:
    op.create_table(
        "consent",
        sa.Column("id", ID, nullable=False, autoincrement=False),
        sa.Column("patient", TEXT, nullable=False),
        sa.Column("version", TEXT, nullable=False),
        sa.Column("given", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        _reference("patient", "patient.id", op.f("fk_consent_patient")),
    )
    _index("ix_consent_patient", "consent", ["patient"])


def _plan() -> None:
    op.create_table(
        "plan",
        sa.Column("patient", TEXT, nullable=False),
        sa.Column("day", TEXT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("patient", "day", name=op.f("pk_plan")),
        _reference("patient", "patient.id", op.f("fk_plan_patient")),
    )


def _incident() -> None:
    op.create_table(
        "incident",
        sa.Column("id", ID, nullable=False, autoincrement=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("patient", TEXT, nullable=False),
        sa.Column("detail", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
    )
    _index("ix_incident_patient", "incident", ["patient"])


def _media() -> None:
    op.create_table(
        "media",
        sa.Column("id", ID, nullable=False, autoincrement=False),
        sa.Column("patient", TEXT, nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("media_type", TEXT, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media")),
        _reference("patient", "patient.id", op.f("fk_media_patient")),
    )
    _index("ix_media_patient", "media", ["patient"])


def _device() -> None:
    op.create_table(
        "device",
        sa.Column("secret_hash", TEXT, nullable=False),
        sa.Column("patient", TEXT, nullable=False),
        sa.Column("added_real", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("secret_hash", name=op.f("pk_device")),
        _reference("patient", "patient.id", op.f("fk_device_patient")),
    )
    _index("ix_device_patient", "device", ["patient"])


def _link() -> None:
    op.create_table(
        "link",
        sa.Column("token_hash", TEXT, nullable=False),
        sa.Column("patient", TEXT, nullable=False),
        sa.Column("expires_real", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_link")),
        _reference("patient", "patient.id", op.f("fk_link_patient")),
    )
    _index("ix_link_patient", "link", ["patient"])


def _setting() -> None:
    op.create_table(
        "setting",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_setting")),
    )


_TABLES = (
    _site,
    _account,
    _patient,
    _patient_key,
    _address,
    _enrolment,
    _invitation,
    _conversation,
    _inbox,
    _turn,
    _outbox,
    _timer,
    _diary,
    _response,
    _alert,
    _consent,
    _plan,
    _incident,
    _media,
    _device,
    _link,
    _setting,
)
