"""The types of agents: what each is for, and the categories of connections that it may use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.connectors.base import Category


@dataclass(frozen=True)
class AgentType:
    """A type. `slug` is also the name of its prompt's template."""

    slug: str
    title: str
    icon: str
    description: str
    categories: frozenset[Category]


def _type(slug: str, title: str, icon: str, description: str, *, without: str = "") -> AgentType:
    left_out = {Category(name) for name in without.split()}
    return AgentType(slug, title, icon, description, frozenset(set(Category) - left_out))


TYPES: Mapping[str, AgentType] = {
    one.slug: one
    for one in (
        _type(
            "debugger",
            "Debugger",
            ":mag:",
            "Gathers logs, errors and recent changes, and gives the likely cause with evidence.",
            without="analytics payments social advertising app_stores",
        ),
        _type(
            "analyst",
            "Analyst",
            ":bar_chart:",
            "Quantifies, compares periods and points out what is unusual.",
            without="errors logs ticketing code",
        ),
        _type(
            "product_manager",
            "Product Manager",
            ":compass:",
            "Says what matters to users and what to do next.",
            without="logs",
        ),
        _type("custom", "Custom", ":sparkles:", "Works as its own instructions say."),
    )
}
"""Monitoring is open to every type."""
