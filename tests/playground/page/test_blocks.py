"""Every block of Block Kit is drawn, with its words, figures and alternatives."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser import save_picture
from tests.playground.page import gallery_blocks, gallery_elements
from tests.playground.page.conftest import Desk
from tests.playground.page.fake_server import Json
from tests.playground.page.gallery import BLOCKS, ELEMENTS, EMPTY, bot
from tests.playground.page.gallery_parts import mrkdwn

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_all_known_blocks_and_elements_are_drawn(desk: Desk) -> None:
    for place, expected in (
        (BLOCKS, ["unknown block type hologram"]),
        (ELEMENTS, ["unknown element type teleporter"]),
    ):
        await desk.go(place)
        assert await desk.page.get_by_test_id("unknown").all_inner_texts() == expected
        assert await desk.page.get_by_test_id("broken-block").count() == 0


async def test_every_block_is_found_by_its_id_and_type(desk: Desk) -> None:
    await desk.go(BLOCKS)
    wanted = {block["type"] for blocks in gallery_blocks.ALL.values() for block in blocks}
    found = await desk.page.locator(".block").evaluate_all(
        "all => all.map((n) => n.dataset.blockType)"
    )
    assert wanted <= set(found)
    assert await desk.page.locator('[data-block-id="facts"]').count() == 1


async def test_a_block_that_cannot_be_drawn_leaves_the_others_alone(desk: Desk) -> None:
    await desk.go(EMPTY)
    blocks: list[Json] = [
        {"type": "table", "block_id": "bad", "rows": [None]},
        {"type": "section", "block_id": "good", "text": mrkdwn("fine")},
    ]
    await desk.server.push({"type": "message", "channel": EMPTY, "message": bot(1, "", blocks)})
    await desk.page.get_by_text("fine").wait_for()
    assert "could not be drawn" in await desk.page.get_by_test_id("broken-block").inner_text()


async def test_section_fields_and_accessory_picture(desk: Desk) -> None:
    await desk.go(BLOCKS)
    fields = desk.page.locator('[data-block-id="s2"] .fields > .text')
    assert await fields.all_inner_texts() == ["One\n1", "Two *plain*"]
    assert (
        await desk.page.locator('[data-block-id="s1"]').get_by_role("img", name="a graph").count()
        == 1
    )


async def test_table_cells_alignment_and_rich_text(desk: Desk) -> None:
    await desk.go(BLOCKS)
    table = desk.block("table")
    assert await table.locator("th").all_inner_texts() == ["Area", "Cost", "Trend"]
    assert await table.locator("tbody tr").first.locator("td").all_inner_texts() == [
        "refunds",
        "12.50 €",
        "up why",
    ]
    assert (
        await table.locator("td").nth(1).evaluate("n => getComputedStyle(n).textAlign") == "right"
    )
    assert await table.get_by_role("link", name="why").count() == 1


async def test_data_table_pages_sorts_and_filters(desk: Desk) -> None:
    await desk.go(BLOCKS)
    table = desk.block("data_table")
    names = table.locator("tbody th")
    assert await names.all_inner_texts() == ["/api/v1", "/api/v2", "/api/v3", "/api/v4", "/api/v5"]
    assert "1–5 of 12" in await table.inner_text()
    await table.get_by_role("button", name="Next page").click()
    assert await names.first.inner_text() == "/api/v6"
    await table.get_by_role("button", name="Errors").click()
    assert await table.locator("tbody td").all_inner_texts() == ["0", "1", "2", "3", "4"]
    await table.get_by_role("button", name="Errors").click()
    assert await table.locator("tbody td").first.inner_text() == "10"
    assert await table.locator("th[aria-sort=descending]").count() == 1
    await table.get_by_role("searchbox").fill("v12")
    assert await names.all_inner_texts() == ["/api/v12"]
    assert await table.get_by_role("button", name="Next page").is_disabled()


@pytest.mark.parametrize(
    ("kind", "shape", "count"),
    [("bar", "rect.fill", 10), ("line", "path.stroke", 2), ("area", "path.area", 2)],
)
async def test_charts_have_their_shapes_names_and_figures(
    desk: Desk, kind: str, shape: str, count: int
) -> None:
    await desk.go(BLOCKS)
    chart = desk.page.locator(f'[data-block-id="chart-{kind}"]')
    assert await chart.locator(shape).count() == count
    assert "This week, Last week" in str(await chart.locator("svg").get_attribute("aria-label"))
    await chart.get_by_text("Show the figures").click()
    assert await chart.locator("tbody tr").first.locator("td").all_inner_texts() == [
        "Mon",
        "120",
        "110",
    ]


async def test_a_bar_is_as_high_as_its_value(desk: Desk) -> None:
    await desk.go(BLOCKS)
    bars = desk.page.locator('[data-block-id="chart-bar"] rect.fill')
    heights = await bars.evaluate_all("all => all.map((n) => Number(n.getAttribute('height')))")
    assert heights[0] / heights[1] == pytest.approx(120 / 110)


async def test_pie_slices_say_their_share(desk: Desk) -> None:
    await desk.go(BLOCKS)
    pie = desk.page.locator('[data-block-id="pie"]')
    assert await pie.locator(".slice title").all_text_contents() == [
        "Scale: 55 (55%)",
        "Operate: 30 (30%)",
        "Explore: 15 (15%)",
    ]
    assert await pie.locator(".legend li").count() == 3


async def test_a_container_folds_and_stays_as_left_when_the_message_changes(desk: Desk) -> None:
    await desk.go(EMPTY)
    message = bot(1, "", [gallery_blocks.CONTAINER])
    await desk.server.push({"type": "message", "channel": EMPTY, "message": message})
    inside = desk.page.get_by_text("Inside the container")
    await desk.page.locator(".container").wait_for()
    assert not await inside.is_visible()
    await desk.page.locator(".container-toggle").click()
    assert await inside.is_visible()
    await desk.server.push(
        {
            "type": "message_changed",
            "channel": EMPTY,
            "message": message | {"reactions": [{"name": "eyes", "users": ["U0BO"], "count": 1}]},
        }
    )
    await desk.page.locator(".reaction").wait_for()
    assert await inside.is_visible()


async def test_task_cards_say_their_status_and_show_sources(desk: Desk) -> None:
    await desk.go(BLOCKS)
    running = desk.page.locator('[data-block-id="in_progress"] [data-testid=task]')
    assert await running.get_attribute("data-status") == "in_progress"
    assert "(in progress)" in str(await running.text_content())
    assert (
        await running.get_by_role("link", name="Source").get_attribute("href")
        == "https://example.com/s"
    )
    done = desk.page.locator('[data-block-id="complete"]')
    assert not await done.get_by_text("what came out").is_visible()
    await done.locator("summary").click()
    assert await done.get_by_text("what came out").is_visible()
    assert "1 of 2 done" in await desk.block("plan").inner_text()


async def test_pictures_have_their_alternative_text(desk: Desk) -> None:
    await desk.go(BLOCKS)
    image = desk.block("image").get_by_role("img")
    assert await image.get_attribute("alt") == "Errors by hour"
    await image.scroll_into_view_if_needed()
    await expect(image).to_have_js_property("naturalWidth", 420)


async def test_video_is_a_link_and_nothing_is_embedded(desk: Desk) -> None:
    await desk.go(BLOCKS)
    watch = desk.block("video").get_by_role("link", name="Watch How to roll back")
    assert await watch.get_attribute("href") == "https://example.com/embed"
    assert await desk.page.locator("iframe, video").count() == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_pictures_of_the_gallery(desk: Desk, theme: str) -> None:
    await desk.page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    await desk.page.set_viewport_size({"width": 1280, "height": 5300})
    await desk.go(BLOCKS)
    await desk.block("unknown").or_(desk.page.get_by_text("still here")).first.wait_for()
    await save_picture(desk.page, f"page-blocks-{theme}")
    await desk.page.set_viewport_size({"width": 1280, "height": 900})
    await desk.go(ELEMENTS)
    await desk.action("teleporter").or_(desk.page.get_by_test_id("unknown")).first.wait_for()
    assert await desk.page.locator("[data-action-id]").count() >= len(gallery_elements.ELEMENTS)
    await save_picture(desk.page, f"page-elements-{theme}")
