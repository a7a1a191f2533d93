"""Which language models an organisation uses."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Id
from bot.store.tables.base import Base, Scoped


class ModelChoice(Scoped, Base):
    """The model of a scope: "organisation", "type:debugger", "reports:posthog"."""

    __tablename__ = "model_choices"
    organisation_id: Mapped[str] = mapped_column(
        Id, ForeignKey("organisations.id"), primary_key=True
    )
    scope: Mapped[str] = mapped_column(String(64), primary_key=True)
    model: Mapped[str] = mapped_column(String(120))


class ModelRules(Scoped, Base):
    """What holds for all models of an organisation.

    `fallbacks` are the ids of those that answer, in this order, while the chosen one cannot be
    reached. `web` lets providers search the web and read pages for a model; off until an owner
    says so, because what a model searches for leaves the house, and what it finds anybody can
    have written.
    """

    __tablename__ = "model_rules"
    organisation_id: Mapped[str] = mapped_column(
        Id, ForeignKey("organisations.id"), primary_key=True
    )
    fallbacks: Mapped[list[Any]]
    web: Mapped[bool] = mapped_column(default=False)


class OwnModel(Scoped, Base):
    """A model that an owner added to the list. Prices are US dollars per million tokens."""

    __tablename__ = "own_models"
    organisation_id: Mapped[str] = mapped_column(
        Id, ForeignKey("organisations.id"), primary_key=True
    )
    model: Mapped[str] = mapped_column(String(120), primary_key=True)
    provider: Mapped[str] = mapped_column(String(16))
    title: Mapped[str] = mapped_column(String(120))
    tier: Mapped[str] = mapped_column(String(16))
    context: Mapped[int | None]
    input_price: Mapped[float | None]
    output_price: Mapped[float | None]
    cached_price: Mapped[float | None]
