"""The language in which a questionnaire was answered; nothing for those from before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("questionnaires", sa.Column("language", sa.String(length=10), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("questionnaires", "language")
