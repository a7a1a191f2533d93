"""Knowing the connectors costs little: what only a call needs is loaded by the call."""

from __future__ import annotations

import subprocess
import sys

HEAVY = (
    *("botocore", "pymongo", "bson", "cryptography.hazmat", "sqlglot", "psycopg", "aiomysql"),
    *("mcp", "httpx2", "jsonschema"),
)


def test_the_catalogue_loads_no_driver_and_no_vendor_s_library() -> None:
    code = (
        "import sys\n"
        "from bot.connectors.catalogue import all_connectors, kind_of\n"
        "assert kind_of('mcp', {}, None)\n"
        "assert {'mongodb', 'aws_dynamodb', 'gcloud_firestore'} <= set(all_connectors())\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
