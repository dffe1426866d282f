"""`python -m tests.review` (`make review-examples`): writes the expected comments anew."""

from pathlib import Path
from tempfile import TemporaryDirectory

from network.cli.review import of_sources
from tests.review.prepared import PREVIEW, changes, project, side

with TemporaryDirectory() as scratch:
    base = project(Path(scratch) / "base")
    bases = {stacks: side(base, "main", stacks) for stacks in {change.stacks for change in changes()}}
    for change in changes():
        head = change.applied(base, Path(scratch) / change.name)
        comment = of_sources(bases[change.stacks], head, PREVIEW, [change.stack]).comment.text()
        if not change.expected.is_file() or change.expected.read_text() != comment:
            change.expected.write_text(comment)
            print(f"written, now read it: {change.expected}")
