"""`python -m lab.readiness KUBECTL FOLDER`, within a lab: prints what is ready as JSON.

Looked at from inside, as the platform's users would.
"""

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from lab.readiness.rows import KINDS, requests, rows


def main() -> None:
    """Print the rows as JSON."""
    kubectl, folder = sys.argv[1], Path(sys.argv[2])
    command = [kubectl, f"--kubeconfig={folder / 'kubeconfig'}", "get", KINDS, "-A", "-o", "json"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        sys.exit(answer.stderr)
    objects = json.loads(answer.stdout)["items"]
    found = [*rows(objects), *requests(objects, folder / "internet" / "roots.pem")]
    print(json.dumps([asdict(row) for row in found]))


if __name__ == "__main__":
    main()
