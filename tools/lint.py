"""Run every check, print only what they have against the code, and exit non-zero if one has something.

As many at once as there are processors. Whether the bundles keep their budgets `make build` finds out.
"""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parent.parent
PYTHON = sys.executable
BIN = Path(PYTHON).parent
NODE_BIN = ROOT / "node_modules" / ".bin"
# Checks read the settings but open no connection.
ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "helpdesk.settings",
    "SECRET_KEY": "only for checks",
    "DATABASE_URL": "postgres://127.0.0.1:1/none",
    "DATABASE_OWNER_URL": "postgres://127.0.0.1:1/none",
    "DATABASE_JOBS_URL": "postgres://127.0.0.1:1/none",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "S3_ENDPOINT_URL": "http://127.0.0.1:1",
    "S3_BUCKET": "none",
}
# The one that takes longest first.
CHECKS: dict[str, list[str | Path]] = {
    "mypy": [PYTHON, "-m", "mypy"],
    "ruff": [PYTHON, "-m", "ruff", "check", "--quiet"],
    "ruff format": [PYTHON, "-m", "ruff", "format", "--check", "--quiet"],
    "file lengths": [PYTHON, "-m", "tools.lengths"],
    "catalogues": [PYTHON, "-m", "tools.messages", "--check"],
    "protocol": [PYTHON, "manage.py", "generate_protocol", "--check"],
    "import contracts": [BIN / "lint-imports", "--no-cache"],
    "biome": [NODE_BIN / "biome", "check", "--log-level=warn"],
    "tsc": [NODE_BIN / "tsc", "--noEmit"],
}


def main() -> int:
    """0 if every check passes."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        passed = dict(zip(CHECKS, pool.map(passes, CHECKS, CHECKS.values()), strict=True))
    failed = [name for name in CHECKS if not passed[name]]
    if failed:
        sys.stdout.write(f"\nNot clean: {', '.join(failed)}\n")
    return 1 if failed else 0


def passes(name: str, command: list[str | Path]) -> bool:
    """Run one check; show what it says only if it fails."""
    began = time.monotonic()
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **ENVIRONMENT},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    state = "ok" if done.returncode == 0 else "FAILED"
    sys.stdout.write(f"{name:<20} {state}  {time.monotonic() - began:.1f} s\n{'' if state == 'ok' else done.stdout}")
    sys.stdout.flush()
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
