"""`python -m lab.readiness KUBECTL FOLDER`, within a lab: prints what is ready as JSON.

Looked at from inside, as the platform's users would. Its input says which layer each namespace is of, and
which zones are the stack's (JSON).
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path

from lab.readiness.rows import KINDS, requests, rows
from lab.toolbox.kubectl import Kubectl, KubectlError


def main() -> None:
    """Print the rows as JSON."""
    kubectl, folder = sys.argv[1], Path(sys.argv[2])
    stack = json.load(sys.stdin)
    try:
        objects = Kubectl(kubectl, f"--kubeconfig={folder / 'kubeconfig'}").objects(KINDS, "--all-namespaces")
    except KubectlError as error:
        sys.exit(str(error))
    trusted = folder / "internet" / "roots.pem"
    found = [*rows(objects, stack["layers"]), *requests(objects, stack["zones"], trusted)]
    print(json.dumps([asdict(row) for row in found]))


if __name__ == "__main__":
    main()
