"""Staff and their doors, whom they care for, what they note, why the coach spoke, and the audit."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_REFUSES = "BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END"
_REFUSAL = (
    "CREATE FUNCTION audit_refuses() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'the audit is append-only'; END $$"
)


def upgrade() -> None:
    """Make the tables; nothing that was there is touched."""
    for make in (_staff, _staff_visit, _staff_ticket, _care, _note, _trace, _audit):
        make()


def downgrade() -> None:
    """Take the tables away again, with all that stands in them."""
    for name in ("audit", "trace", "note", "care", "staff_ticket", "staff_visit", "staff"):
        op.drop_table(name)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_refuses()")


def _reference(column: str, target: str, name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=name, deferrable=True, initially="DEFERRED")


def _staff() -> None:
    op.create_table(
        "staff",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("login", TEXT, nullable=False),
        sa.Column("role", TEXT, nullable=False),
        sa.Column("password", TEXT, nullable=False),
        sa.Column("totp", sa.LargeBinary(), nullable=False),
        sa.Column("totp_step", sa.BigInteger(), nullable=False),
        sa.Column("active", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("locked_until_real", sa.Float(), nullable=False),
        sa.Column("added_real", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("login", name=op.f("uq_staff_login")),
    )


def _staff_visit() -> None:
    op.create_table(
        "staff_visit",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("staff", ID, nullable=False),
        sa.Column("token_hash", TEXT, nullable=False),
        sa.Column("before_hash", TEXT, nullable=False),
        sa.Column("csrf", TEXT, nullable=False),
        sa.Column("began_real", sa.Float(), nullable=False),
        sa.Column("seen_real", sa.Float(), nullable=False),
        sa.Column("rotated_real", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_visit")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_staff_visit_token_hash")),
        _reference("staff", "staff.id", op.f("fk_staff_visit_staff")),
    )
    op.create_index(op.f("ix_staff_visit_staff"), "staff_visit", ["staff"])
    op.create_index(op.f("ix_staff_visit_before_hash"), "staff_visit", ["before_hash"])


def _staff_ticket() -> None:
    op.create_table(
        "staff_ticket",
        sa.Column("token_hash", TEXT, nullable=False),
        sa.Column("staff", ID, nullable=False),
        sa.Column("purpose", TEXT, nullable=False),
        sa.Column("expires_real", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_staff_ticket")),
        _reference("staff", "staff.id", op.f("fk_staff_ticket_staff")),
    )
    op.create_index(op.f("ix_staff_ticket_staff"), "staff_ticket", ["staff"])


def _care() -> None:
    op.create_table(
        "care",
        sa.Column("patient", TEXT, nullable=False),
        sa.Column("staff", ID, nullable=False),
        sa.PrimaryKeyConstraint("patient", "staff", name=op.f("pk_care")),
        _reference("patient", "patient.id", op.f("fk_care_patient")),
        _reference("staff", "staff.id", op.f("fk_care_staff")),
    )
    op.create_index(op.f("ix_care_staff"), "care", ["staff"])


def _note() -> None:
    op.create_table(
        "note",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("patient", TEXT, nullable=False),
        sa.Column("staff", ID, nullable=False),
        sa.Column("at_real", sa.Float(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
        _reference("patient", "patient.id", op.f("fk_note_patient")),
    )
    op.create_index(op.f("ix_note_patient"), "note", ["patient", "id"])


def _trace() -> None:
    op.create_table(
        "trace",
        sa.Column("turn", ID, autoincrement=False, nullable=False),
        sa.Column("patient", TEXT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("turn", name=op.f("pk_trace")),
        _reference("patient", "patient.id", op.f("fk_trace_patient")),
    )
    op.create_index(op.f("ix_trace_patient"), "trace", ["patient"])


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("at_real", sa.Float(), nullable=False),
        sa.Column("staff", ID, nullable=False),
        sa.Column("action", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("detail", TEXT, nullable=False),
        sa.Column("seal", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_subject"), "audit", ["subject", "id"])
    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(f"CREATE TRIGGER audit_no_{change.lower()} BEFORE {change} ON audit {_REFUSES}")
    elif op.get_bind().dialect.name == "postgresql":
        op.execute(_REFUSAL)
        for change in ("UPDATE", "DELETE", "TRUNCATE"):
            op.execute(
                f"CREATE TRIGGER audit_no_{change.lower()} BEFORE {change} ON audit "
                "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuses()"
            )
