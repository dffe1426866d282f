"""`python -m tests.reference` (`make generate`): writes the pages that follow from the code alone."""

from tests.reference.pages import FOLDER, PAGES, text
from tests.stacks import ROOT

FOLDER.mkdir(exist_ok=True)
for name in PAGES:
    (ROOT / name).write_text(text(name))
