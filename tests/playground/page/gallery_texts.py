"""Texts in Slack's own format and in standard Markdown, good ones and hostile ones."""

MRKDWN = [
    "*bold* _italic_ ~struck~ `code <b>` and *_both_* but not snake_case_name or 2*3*4",
    "People: <@U0ANA> <@U0BO> in <#C0INCIDENTS|incidents>, <!here>, <!subteam^S0ONCALL|@oncall>",
    "<https://example.com/a?b=1&amp;c=2|A link with a label> and bare https://example.com/x.",
    "&lt;script&gt;alert(1)&lt;/script&gt; AT&amp;T 5 &lt; 6",
    "> quoted one\n> quoted two\nand after",
    "Before\n```\nSELECT *\nFROM orders\nWHERE total &gt; 5;\n```\nafter",
    "Due <!date^1795170600^{date_short_pretty} at {time}|some day>",
    ":white_check_mark: done :eyes: :no_such_emoji: at 10:30:00",
    "```one line of code``` then text",
]

MARKDOWN = [
    "# Findings\n\nThe **error rate** rose to `4.2%` at _10:02_.\n\n"
    "1. First\n   - nested *one*\n   - nested two\n     1. deeper\n2. Second\n\n"
    "- [x] checked\n- [ ] open\n\n"
    "| Service | Errors | Share |\n|:--|--:|:-:|\n"
    "| checkout | 1,204 | **92%** |\n| a \\| b | 3 | 1% |\n\n"
    "> A quote\n> with two lines\n\n"
    "```sql\nSELECT count(*)\nFROM orders -- **not bold**\n```\n\n"
    "See [the runbook](https://example.com/runbook) and <https://example.com|docs>, ~~old~~.\n\n"
    "---\n\n"
    "Hello <@U0BO> :wave:",
]

FINDING = (
    "**Likely cause:** the migration `0042_add_refund_index` holds a lock on `orders`"
    " since 09:58.\n"
    "\n"
    "- 1,204 checkouts failed with *lock timeout* [log search](https://logs.example/q/1)\n"
    "- No other service changed today\n"
)

HOSTILE = [
    '<img src=x onerror="window.hacked=1">',
    "&lt;img src=x onerror=window.hacked=1&gt;",
    "<javascript:window.hacked=1|press me>",
    "<data:text/html,<script>window.hacked=1</script>|data>",
    "*<script>window.hacked=1</script>*",
    "```<img src=x onerror=window.hacked=1>```",
]

HOSTILE_MARKDOWN = [
    '<img src=x onerror="window.hacked=1"> <script>window.hacked=1</script>',
    "[press](javascript:window.hacked=1) [tab](java\tscript:window.hacked=1) [v](vbscript:x)",
    "![x](javascript:window.hacked=1)",
    "| <img src=x onerror=window.hacked=1> |\n|---|\n| <svg onload=window.hacked=1> |",
    "# <svg onload=window.hacked=1>",
    '```"><img src=x onerror=window.hacked=1>\n<script>window.hacked=1</script>\n```',
]
