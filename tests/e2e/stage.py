"""The stage of the end-to-end tests is the playground's."""

from playground.stage import Mode, Stage, spoken, staged

__all__ = ["Mode", "Stage", "spoken", "staged"]
