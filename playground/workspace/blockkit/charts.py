"""Charts of a data_visualization block."""

from __future__ import annotations

from typing import Any

from playground.workspace.blockkit.limits import BLOCKS
from playground.workspace.blockkit.schema import (
    Check,
    Report,
    array,
    may,
    need,
    number,
    record,
    string,
    variant,
)

_LIMITS = BLOCKS["data_visualization"]
_LABEL = string(_LIMITS["label_max"])
_POINT = record({"label": need(_LABEL), "value": need(number(whole=False))})


def _positive(value: Any, pointer: str, report: Report) -> None:
    for index, segment in enumerate(value["segments"]):
        if segment["value"] <= 0:
            report.add("must be greater than 0", f"{pointer}/segments/{index}/value")


def _labels_match(value: Any, pointer: str, report: Report) -> None:
    """Each series has one point per category, and no two series share a name."""
    categories = value["axis_config"]["categories"]
    names = [series["name"] for series in value["series"]]
    if len(set(names)) < len(names):
        report.add("series names must be unique", f"{pointer}/series")
    for index, series in enumerate(value["series"]):
        if sorted(point["label"] for point in series["data"]) != sorted(categories):
            report.add("labels must match the categories", f"{pointer}/series/{index}/data")


def _plotted() -> Check:
    return record(
        {
            "series": need(
                array(
                    record(
                        {
                            "name": need(_LABEL),
                            "data": need(array(_POINT, 1, _LIMITS["categories_max"])),
                        }
                    ),
                    1,
                    _LIMITS["series_max_safe"],
                )
            ),
            "axis_config": need(
                record(
                    {
                        "categories": need(array(_LABEL, 1, _LIMITS["categories_max"])),
                        "x_label": may(string(_LIMITS["axis_label_max"])),
                        "y_label": may(string(_LIMITS["axis_label_max"])),
                    }
                )
            ),
        },
        _labels_match,
    )


CHART = variant(
    {
        "pie": record(
            {"segments": need(array(_POINT, 1, _LIMITS["pie_segments_max_safe"]))}, _positive
        ),
        "bar": _plotted(),
        "line": _plotted(),
        "area": _plotted(),
    }
)
