"""Broadcasts, and the ledger of who gets them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables; nothing that was there is touched."""
    _broadcast()
    _recipient()


def downgrade() -> None:
    """Take the tables away again, with all that stands in them."""
    for name in ("broadcast_recipient", "broadcast"):
        op.drop_table(name)


def _reference(column: str, target: str, name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=name, deferrable=True, initially="DEFERRED")


def _broadcast() -> None:
    op.create_table(
        "broadcast",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("staff", ID, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast")),
    )
    op.create_index(op.f("ix_broadcast_state"), "broadcast", ["state"])


def _recipient() -> None:
    op.create_table(
        "broadcast_recipient",
        sa.Column("broadcast", ID, nullable=False),
        sa.Column("patient", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("outbox", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("broadcast", "patient", name=op.f("pk_broadcast_recipient")),
        _reference("broadcast", "broadcast.id", op.f("fk_broadcast_recipient_broadcast")),
        _reference("patient", "patient.id", op.f("fk_broadcast_recipient_patient")),
    )
    op.create_index(op.f("ix_broadcast_recipient_patient"), "broadcast_recipient", ["patient"])
    op.create_index("ix_broadcast_recipient_due", "broadcast_recipient", ["broadcast", "state", "due_at"])
