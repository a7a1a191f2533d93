"""What all tables share."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, MetaData, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from bot.store.columns import Id, Instant


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012  (SQLAlchemy reads it as a class attribute)
        datetime: Instant(),
        dict[str, Any]: JSON,
        list[Any]: JSON,
        str: Text(),
        bytes: LargeBinary(),
    }


class Scoped:
    """Mixin of every table whose rows belong to one organisation."""

    organisation_id: Mapped[str] = mapped_column(Id, ForeignKey("organisations.id"), index=True)
