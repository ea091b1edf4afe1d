"""Resolve `*.in` into `*.lock`: versions and hashes, no index addresses. Needs `uv`."""

import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
# 3.10 is what Rasa declares; the same versions have wheels for 3.11, and every file's hash is listed.
FLAGS = [
    *("--quiet", "--python-version", "3.10", "--generate-hashes"),
    *("--no-emit-index-url", "--no-annotate", "--no-header", "--override", "overrides.txt"),
]


def main() -> int:
    uv = shutil.which("uv")
    if uv is None:
        print("uv is missing. What to do: pip install uv", file=sys.stderr)
        return 1
    for name in ("runtime", "dev"):
        command = [uv, "pip", "compile", *FLAGS, f"{name}.in", "-o", f"{name}.lock"]
        if subprocess.run(command, cwd=HERE, check=False).returncode:
            return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
