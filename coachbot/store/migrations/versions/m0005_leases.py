"""Leases of processes that work together, and an index by which they learn who was erased."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the table and the index; nothing that was there is touched."""
    op.create_table(
        "lease",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("holder", TEXT, nullable=False),
        sa.Column("until_real", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
    where = sa.text("erased_real IS NOT NULL")
    op.create_index("ix_patient_erased", "patient", ["erased_real"], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Take them away again."""
    op.drop_index("ix_patient_erased", "patient")
    op.drop_table("lease")
