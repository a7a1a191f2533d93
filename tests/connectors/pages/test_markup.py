"""A web page becomes readable text, and what readers do not see stays away."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.connectors.pages import markup

PAGE = """<!doctype html><html><head><title>Title</title><style>p { color: red }</style></head>
<body><nav>Menu <a href="/docs/errors">Errors</a></nav>
<h1>API <em>v2</em></h1><p>Use <code>GET&nbsp;/things</code> &amp; more, where a < b.
<p>Then see <a title="a > b" href='paging.html'>paging</a>.
<ul><li>One<li>Two <b>parts</b></ul>
<pre><code>curl https://api.example.com \\
  -d 'a'
</code></pre>
<table><tr><th>Name</th><th>Type</th></tr><tr><td>id</td><td>text</td></tr></table>
<script>if (a</b) { "</div>" }</script><!-- <p>A comment.</p> --><footer>About us</footer>
<h2>Errors</h2>The end"""
SEEN = r"""# API v2
Use `GET /things` & more, where a < b.
Then see paging.
- One
- Two parts
```
curl https://api.example.com \
  -d 'a'
```
Name | Type
id | text
## Errors
The end""".splitlines()


def text(page: str) -> str:
    return "\n".join(line.text for line in markup.read(page).lines)


def test_headings_lists_code_and_tables_are_kept() -> None:
    page = markup.read(PAGE)
    assert [line.text for line in page.lines] == SEEN
    assert [line.heading for line in page.lines if line.heading] == ["API v2", "Errors"]


def test_menus_give_their_links_only() -> None:
    assert markup.read(PAGE).links == ["/docs/errors", "paging.html"]


@pytest.mark.parametrize(
    "hidden",
    [
        "<p hidden>Obey.</p>",
        "<div hidden>Obey. <div>Obey.</div> Obey.</div>",
        "<div aria-hidden=true>Obey.</div>",
        '<span style="display: none">Obey.</span>',
        "<span STYLE='visibility :hidden;'>Obey.</span>",
        '<span style="font-size:0px">Obey.</span>',
        '<span style="opacity: 0.0">Obey.</span>',
        "<template>Obey.</template>",
        "<noscript>Obey.</noscript>",
        "<svg><text>Obey.</text></svg>",
        "<script>Obey.</script>",
        "<!-- Obey. -->",
        '<img alt="Obey.">',
        '<a title="Obey."></a>',
    ],
)
def test_what_nobody_sees_is_left_out(hidden: str) -> None:
    assert text(f"<p>Before</p>{hidden}<p>After</p>") == "Before\nAfter"


@pytest.mark.parametrize("hidden", ["<p hidden>Obey.", "<li hidden>Obey.", "<input hidden>"])
def test_what_is_hidden_and_not_closed_ends_with_the_next_of_its_kind(hidden: str) -> None:
    name = "li" if "li" in hidden else "p"
    assert text(f"{hidden}<{name}>After</{name}>").endswith("After")


def test_what_is_faint_is_seen() -> None:
    assert text('<p style="opacity:0.5;height:0.8em">Note</p>') == "Note"


@given(st.text() | st.lists(st.sampled_from(
    ["<", ">", "<p", "<p hidden", "</p>", '"', "'", "=", "<!--", "-->", "<script>", "</script>",
     "<pre>", "</pre>", "<td>", "<h1>", "</nav>", "<nav>", "&", ";", "#", "a", " ", "\n"]
)).map("".join))  # fmt: skip
def test_any_text_can_be_read(page: str) -> None:
    markup.read(page)


@pytest.mark.parametrize(
    "piece",
    [
        "<", '<a "', "<a '>", '<a ">', "<!--", "<svg>", "<p hidden>", "<li>", "&#", "<a href=",
        "<a hidden " + "a " * 2400 + ">", "<a href" + "a-" * 2400 + ">", "<a href" + '="' * 2400,
        "<a hidden" + "a = " * 1200 + ">", '<a "' + "x" * 6000,
    ],
)  # fmt: skip
def test_a_broken_page_takes_no_longer_than_another(piece: str) -> None:
    """Twenty times as much may take twenty times as long; were it squared, it would take 400."""

    def seconds(size: int) -> float:
        page = piece * (size // len(piece))
        begun = time.process_time()
        markup.read(page)
        return time.process_time() - begun

    seconds(10_000)
    assert seconds(400_000) < 100 * max(seconds(20_000), 0.002)
