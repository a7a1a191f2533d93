"""What people and apps write is drawn as they meant it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page

from tests.browser import new_page
from tests.playground.page import gallery
from tests.playground.page.conftest import Desk
from tests.playground.page.fake_server import FakeServer
from tests.playground.page.gallery import BLOCKS, TEXTS

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

DRAW = """async ([module, name, text]) => {
  const { [name]: draw } = await import(`/static/js/${module}.js`);
  const box = document.createElement('div');
  box.append(...draw(text));
  return box.innerHTML;
}"""


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def reader(browser: Browser) -> AsyncIterator[Page]:
    """One page for all texts: drawing them leaves nothing behind."""
    fake = FakeServer(gallery.snapshot)
    async with TestServer(fake.app) as running, new_page(browser) as page:
        await page.goto(f"http://{running.host}:{running.port}/")
        await page.wait_for_selector(".app.ready")
        yield page
        await fake.drop()


async def drawn(page: Page, text: str, *, kind: str = "mrkdwn") -> str:
    html: str = await page.evaluate(DRAW, [kind, kind, text])
    return html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*b* _i_ ~s~", "<b>b</b> <i>i</i> <s>s</s>"),
        ("*_both_*", "<b><i>both</i></b>"),
        ("snake_case_name 2*3*4", "snake_case_name 2*3*4"),
        ("* not bold * and *not\nbold*", "* not bold * and *not<br>bold*"),
        ("`a *b* &lt;c&gt;`", "<code>a *b* &lt;c&gt;</code>"),
        ("5 &lt; 6 &amp;&amp; 7 &gt; 6", "5 &lt; 6 &amp;&amp; 7 &gt; 6"),
        ("&amp;lt;b&amp;gt;", "&amp;lt;b&amp;gt;"),
        ("<!here>", '<span class="mention mine">@here</span>'),
        ("<!subteam^S1|@oncall>", '<span class="mention" data-group="S1">@oncall</span>'),
        ("one\n\ntwo", "one<br><br>two"),
        ("> q1\n> q2\nafter", "<blockquote>q1<br>q2</blockquote>after"),
        ("&gt; quoted", "<blockquote>quoted</blockquote>"),
        ("<unknown thing>", "&lt;unknown thing&gt;"),
        ("10:30:00 :nope:", "10:30:00 :nope:"),
        ("a `` b", "a `` b"),
    ],
)
async def test_mrkdwn(reader: Page, text: str, html: str) -> None:
    assert await drawn(reader, text) == html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        (
            "**b** *i* _i_ __b__ ~~s~~ ***x***",
            "<p><b>b</b> <i>i</i> <i>i</i> <b>b</b> <s>s</s> <b><i>x</i></b></p>",
        ),
        ("snake_case_name and 2 * 3 * 4", "<p>snake_case_name and 2 * 3 * 4</p>"),
        ("**bold with *italic* inside**", "<p><b>bold with <i>italic</i> inside</b></p>"),
        ("`**no**` and ``a ` b``", "<p><code>**no**</code> and <code>a ` b</code></p>"),
        (r"\*plain\* &amp; &lt;x&gt;", "<p>*plain* &amp; &lt;x&gt;</p>"),
        ("an open **bold", "<p>an open **bold</p>"),
        ("line one\nline two\n\nnext", "<p>line one<br>line two</p><p>next</p>"),
        ("# T\n\n---", '<div class="md-heading md-h1" role="heading" aria-level="4">T</div><hr>'),
        ("- a\n- b\n  - c\n\n    d", "<ul><li>a</li><li>b<ul><li>c<p>d</p></li></ul></li></ul>"),
        ("3. c\n4. d", '<ol start="3"><li>c</li><li>d</li></ol>'),
        ("> a\n>\n> b", "<blockquote><p>a</p><p>b</p></blockquote>"),
        ("<b>raw</b>", "<p>&lt;b&gt;raw&lt;/b&gt;</p>"),
        ("1 < 2 > 0", "<p>1 &lt; 2 &gt; 0</p>"),
    ],
)
async def test_markdown(reader: Page, text: str, html: str) -> None:
    assert await drawn(reader, text, kind="markdown") == html


async def test_a_markdown_table_keeps_its_cells_and_alignment(desk: Desk) -> None:
    await desk.go(TEXTS)
    table = desk.page.locator(".md table")
    assert await table.locator("th").all_inner_texts() == ["Service", "Errors", "Share"]
    assert await table.locator("td").all_inner_texts() == [
        "checkout",
        "1,204",
        "92%",
        "a | b",
        "3",
        "1%",
    ]
    assert (
        await table.locator("td").nth(1).evaluate("n => getComputedStyle(n).textAlign") == "right"
    )


async def test_an_unfinished_code_fence_of_a_stream_is_shown_as_code(reader: Page) -> None:
    html = await drawn(reader, "so:\n```sql\nSELECT *", kind="markdown")
    assert html.endswith('data-language="sql"><code>SELECT *</code></pre>')


async def test_mentions_show_names_and_lead_to_channels(desk: Desk) -> None:
    await desk.go(TEXTS)
    message = desk.message("People:")
    assert await message.locator(".mention").all_inner_texts() == [
        "@Ana Marin",
        "@Bo Chen",
        "#incidents",
        "@here",
        "@oncall",
    ]
    await message.locator("a.mention").click()
    await desk.page.get_by_role("heading", name="incidents", level=1).wait_for()


async def test_dates_are_in_the_readers_time_zone(desk: Desk) -> None:
    await desk.go(TEXTS, user="U0BO")
    assert "today at 5:30 AM" in await desk.message("Due").inner_text()
    await desk.go(TEXTS, user="U0ANA")
    assert "today at 10:30 AM" in await desk.message("Due").inner_text()


async def test_links_open_beside_the_workspace_and_cannot_reach_it(desk: Desk) -> None:
    await desk.go(TEXTS)
    link = desk.page.get_by_role("link", name="A link with a label")
    assert await link.get_attribute("href") == "https://example.com/a?b=1&c=2"
    assert await link.get_attribute("target") == "_blank"
    assert await link.get_attribute("rel") == "noopener noreferrer"


async def test_emoji_have_names_and_unknown_ones_stay_text(desk: Desk) -> None:
    await desk.go(TEXTS)
    message = desk.message("done")
    assert await message.locator("[data-emoji]").count() == 2
    assert ":no_such_emoji:" in await message.inner_text()


async def test_rich_text_has_its_styles_mentions_and_nested_lists(desk: Desk) -> None:
    await desk.go(BLOCKS)
    rich = desk.block("rich_text")
    assert await rich.locator("b").first.inner_text() == "Bold"
    assert await rich.locator("code").first.inner_text() == " code"
    assert await rich.locator("ul > li > ol > li").all_inner_texts() == ["two and a half"]
    assert await rich.locator("ul > li").count() == 3
    assert "2026-11-20" in await rich.inner_text()
    assert await rich.locator("pre").inner_text() == "let x = 1;\n<b>not bold</b>"
