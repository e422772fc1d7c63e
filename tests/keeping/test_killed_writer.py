"""A worker that makes something of a recording while it is erased, and is killed: the report waits for it."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from helpdesk.tenants.context import tenant_scope
from helpdesk.tenants.keys import object_key
from helpdesk.tenants.models import Tenant
from tests.keeping.kept import kept_session, keys_below
from tests.keeping.test_erasure import begin, run

ROOT = Path(__file__).parent.parent.parent
# As `recordings.video.extras` does it: the row is read, then an object is made; it is named by no row when this ends.
WRITER = """
import sys
import django
django.setup()
from uuid import UUID
from helpdesk.tenants import store
from recordings.video.locks import alone_at
with alone_at("extras", UUID(sys.argv[1])) as is_alone:
    print(is_alone, flush=True)
    sys.stdin.readline()
    store.put(sys.argv[2], b"what the visitor saw")
    print("put", flush=True)
    sys.stdin.read()
"""


def test_report_says_erased_only_when_nobody_can_write_again(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        recording: Any = kept_session(tenant).recording  # type: ignore[attr-defined]
    key = object_key(tenant.id, "recordings", recording.id, "outline-killed.json.gz")
    command = [sys.executable, "-c", WRITER, str(recording.id), key]
    with subprocess.Popen(
        command, cwd=ROOT, env=dict(os.environ), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdin
        assert writer.stdout
        assert writer.stdout.readline() == "True\n"
        erasure = begin(tenant)
        report = run(tenant, erasure)
        assert (report["state"], [left["why"] for left in report["left"]]) == ("running", ["objects"])
        writer.stdin.write("\n")
        writer.stdin.flush()
        assert writer.stdout.readline() == "put\n"
        writer.kill()
        writer.wait()
        assert run_until_done(tenant, erasure)["removed"]["objects.recordings"] == 4
    assert keys_below(tenant.id) == []


def run_until_done(tenant: Tenant, erasure: Any) -> dict[str, Any]:
    """The database hears a moment later that the worker is gone."""
    for _time in range(200):
        report = run(tenant, erasure)
        if report["state"] == "done":
            break
    return report
