"""Tables and charts for the gallery."""

from __future__ import annotations

from tests.playground.page.gallery_parts import Json, rich, words


def table() -> Json:
    def row(*cells: str) -> list[Json]:
        return [{"type": "raw_text", "text": cell} for cell in cells]

    numbers: list[Json] = [
        {"type": "raw_text", "text": "refunds"},
        {"type": "raw_number", "value": 12.5, "text": "12.50 €"},
        rich(
            words("up ", bold=True), {"type": "link", "url": "https://example.com", "text": "why"}
        ),
    ]
    return {
        "type": "table",
        "block_id": "table",
        "rows": [row("Area", "Cost", "Trend"), numbers, row("logs", "3.10 €", "flat")],
        "column_settings": [{"align": "left"}, {"align": "right"}, {"is_wrapped": True}],
    }


def data_table(rows: int = 12) -> Json:
    head = [{"type": "raw_text", "text": name} for name in ("Endpoint", "Errors")]
    body = [
        [
            {"type": "raw_text", "text": f"/api/v{n}"},
            {"type": "raw_number", "value": (n * 7) % 11, "text": str((n * 7) % 11)},
        ]
        for n in range(1, rows + 1)
    ]
    return {
        "type": "data_table",
        "block_id": "dt",
        "caption": "Errors by endpoint",
        "page_size": 5,
        "row_header_column_index": 0,
        "rows": [head, *body],
    }


def series_chart(kind: str) -> Json:
    days = ["Mon", "Tue", "Wed", "Thu", "Fri"]
    return {
        "type": "data_visualization",
        "block_id": f"chart-{kind}",
        "title": f"Signups ({kind})",
        "chart": {
            "type": kind,
            "series": [
                {
                    "name": name,
                    "data": [
                        {"label": day, "value": v} for day, v in zip(days, values, strict=True)
                    ],
                }
                for name, values in (
                    ("This week", [120, 132, 98, 141, 160]),
                    ("Last week", [110, 118, 125, 109, 131]),
                )
            ],
            "axis_config": {"categories": days, "x_label": "Day", "y_label": "Signups"},
        },
    }


PIE: Json = {
    "type": "data_visualization",
    "block_id": "pie",
    "title": "Revenue by plan",
    "chart": {
        "type": "pie",
        "segments": [
            {"label": "Scale", "value": 55},
            {"label": "Operate", "value": 30},
            {"label": "Explore", "value": 15},
        ],
    },
}
