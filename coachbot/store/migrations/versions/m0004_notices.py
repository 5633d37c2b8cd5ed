"""Notices to the staff and their ways, clinic systems, step counts, and what an invitation sets."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables; nothing that was there is touched."""
    _way()
    _inbox()
    _notice()
    _token()
    _steps()
    _plan()


def downgrade() -> None:
    """Take them away again, with all that stands in them."""
    for name in ("step_count", "api_token", "staff_notice", "staff_inbox", "staff_way", "invitation_plan"):
        op.drop_table(name)


def _column(name: str, kind: Any, *, empty: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=empty)


def _key() -> sa.Column[int]:
    return sa.Column("id", ID, autoincrement=False, nullable=False)


def _way() -> None:
    op.create_table(
        "staff_way",
        _key(),
        sa.Column("staff", ID, nullable=False),
        _column("client", sa.BigInteger()),
        _column("kind", TEXT),
        _column("account", sa.BigInteger(), empty=True),
        _column("chat_hash", TEXT, empty=True),
        _column("since", sa.BigInteger()),
        _column("body", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_way")),
        sa.UniqueConstraint("account", "chat_hash", name=op.f("uq_staff_way_account_chat_hash")),
    )
    op.create_index(op.f("ix_staff_way_staff"), "staff_way", ["staff"])


def _inbox() -> None:
    op.create_table(
        "staff_inbox",
        _key(),
        _column("way", sa.BigInteger()),
        _column("account", sa.BigInteger()),
        _column("update_id", TEXT),
        _column("done", sa.Integer()),
        _column("body", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_inbox")),
        sa.UniqueConstraint("account", "update_id", name=op.f("uq_staff_inbox_account_update_id")),
    )
    op.create_index(op.f("ix_staff_inbox_done"), "staff_inbox", ["done"])


def _notice() -> None:
    op.create_table(
        "staff_notice",
        _key(),
        _column("patient", TEXT),
        _column("way", sa.BigInteger()),
        _column("subject", TEXT),
        _column("stage", TEXT),
        _column("alert", sa.BigInteger()),
        _column("followed", sa.Integer()),
        _column("state", TEXT),
        _column("due_real", sa.Float()),
        _column("attempts", sa.Integer()),
        _column("reason", TEXT),
        _column("body", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_notice")),
        sa.UniqueConstraint("subject", "stage", "way", name=op.f("uq_staff_notice_subject_stage_way")),
    )
    op.create_index(op.f("ix_staff_notice_patient"), "staff_notice", ["patient"])
    op.create_index("ix_staff_notice_due", "staff_notice", ["state", "due_real"])
    where = sa.text("followed = 0")
    op.create_index("ix_staff_notice_open", "staff_notice", ["alert"], sqlite_where=where, postgresql_where=where)


def _token() -> None:
    op.create_table(
        "api_token",
        _key(),
        _column("name", TEXT),
        _column("token_hash", TEXT),
        _column("scopes", TEXT),
        _column("active", sa.Integer()),
        _column("added_real", sa.Float()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("name", name=op.f("uq_api_token_name")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )


def _steps() -> None:
    op.create_table(
        "step_count",
        _key(),
        _column("patient", TEXT),
        _column("source", TEXT),
        _column("day", TEXT),
        _column("body", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_step_count")),
        sa.UniqueConstraint("patient", "source", name=op.f("uq_step_count_patient_source")),
        sa.ForeignKeyConstraint(
            ["patient"], ["patient.id"], name=op.f("fk_step_count_patient"), deferrable=True, initially="DEFERRED"
        ),
    )
    op.create_index(op.f("ix_step_count_patient"), "step_count", ["patient"])


def _plan() -> None:
    op.create_table(
        "invitation_plan",
        _column("code_hash", TEXT),
        _column("patient", TEXT, empty=True),
        _column("body", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_invitation_plan")),
    )
    op.create_index(op.f("ix_invitation_plan_patient"), "invitation_plan", ["patient"])
