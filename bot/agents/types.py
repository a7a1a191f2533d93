"""The types of agents: what each is for, and the categories of connections that it may use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.connectors.base import Category


@dataclass(frozen=True)
class AgentType:
    """A type. `slug` is also the name of its prompt's template; `short` fits into a menu."""

    slug: str
    title: str
    icon: str
    short: str
    description: str
    categories: frozenset[Category]


def _type(
    slug: str, title: str, icon: str, short: str, description: str, *, without: str = ""
) -> AgentType:
    left_out = {Category(name) for name in without.split()}
    return AgentType(slug, title, icon, short, description, frozenset(set(Category) - left_out))


TYPES: Mapping[str, AgentType] = {
    one.slug: one
    for one in (
        _type(
            "debugger",
            "Debugger",
            ":mag:",
            "What is wrong, and why",
            "Gathers logs, errors and recent changes, puts them on one timeline, and gives the "
            "most likely cause with its evidence and how sure it is.",
            without="analytics payments social advertising app_stores",
        ),
        _type(
            "analyst",
            "Analyst",
            ":bar_chart:",
            "How much, since when, against what",
            "Puts numbers to a question, compares them with the period before, and points out "
            "what is unusual.",
            without="errors logs ticketing code",
        ),
        _type(
            "product_manager",
            "Product Manager",
            ":compass:",
            "What matters to users, and what to do next",
            "Joins errors and numbers with tickets, support and revenue, and says what matters to "
            "users and what to do next.",
            without="logs",
        ),
        _type(
            "custom",
            "Custom",
            ":sparkles:",
            "Works as your own instructions say",
            "Works as the instructions say that your team writes for it.",
        ),
    )
}
"""Monitoring is open to every type."""
