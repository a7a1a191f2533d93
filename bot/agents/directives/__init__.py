"""Directives: what a question asks beyond its answer, as `#visualize by status code`.

`parsing` reads them, `wishes` tells the model, `finishing` carries out what code does exactly.
"""

from bot.agents.directives.parsing import Directive, Directives, Kind, Unknown, parse

__all__ = ["Directive", "Directives", "Kind", "Unknown", "parse"]
