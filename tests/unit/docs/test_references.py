"""Whatever documents, comments and docstrings name is there."""

import re
from pathlib import Path

import pytest

from tests.stacks import ROOT
from tests.unit.docs import names
from tests.unit.docs.references import faults, of_markdown, of_python, of_settings

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
SOURCES = sorted(
    [ROOT / "__main__.py", ROOT / "global" / "__main__.py"]
    + [file for folder in ("network", "lab", "bench", "tests") for file in (ROOT / folder).rglob("*.py")]
)
SETTINGS = sorted(
    [
        *(ROOT / "lab/parts").rglob("*.go"),
        *(ROOT / "lab/charts").rglob("*.yaml"),
        *(ROOT / "lab/charts").rglob("*.tpl"),
        *(file for file in (ROOT / "tests").rglob("*.yaml") if file.parent.name != "malformed"),
        *(ROOT / ".github").rglob("*.y*ml"),
        *ROOT.glob("Pulumi*.yaml"),
        *ROOT.glob("global/Pulumi*.yaml"),
        *ROOT.glob("*.json5"),
        ROOT / "Makefile",
        ROOT / "pyproject.toml",
    ]
)


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_a_document_names_nothing_that_is_not_there(file: Path) -> None:
    assert faults(of_markdown(file)) == []


@pytest.mark.parametrize("folder", ["__main__.py", "global", "network", "lab", "bench", "tests"])
def test_comments_and_docstrings_name_nothing_that_is_not_there(folder: str) -> None:
    texts = (text for file in SOURCES if file.is_relative_to(ROOT / folder) for text in of_python(file))
    assert faults(texts) == []


def test_settings_and_workflows_name_nothing_that_is_not_there() -> None:
    assert faults(text for file in SETTINGS for text in of_settings(file)) == []


def test_the_architecture_lists_modules_of_the_plan_and_of_no_other_folder() -> None:
    page = (ROOT / "docs/architecture.md").read_text()
    table = page.partition("| module | gives |")[2].partition("\n\n")[0]
    rows = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
    listed = [name for row in rows for name in re.findall(r"`([^`]+)`", row)]
    assert len(listed) > 15
    assert [name for name in listed if not names.is_path(f"network/plan/{name}", anywhere=False)] == []


@pytest.mark.parametrize("folder", ["network", "lab"])
def test_the_architecture_names_every_folder_of_the_program_and_the_lab(folder: str) -> None:
    page = (ROOT / "docs/architecture.md").read_text()
    found = [path for path in names.paths() if re.fullmatch(rf"{folder}/\w+/", path)]
    assert [path for path in sorted(found) if f"`{path}`" not in page] == []


def test_every_fact_is_cited_and_says_where_it_comes_from() -> None:
    source = "".join(file.read_text() for file in SOURCES)
    for page in (ROOT / "docs/facts").glob("*.md"):
        title, *facts = re.split(r"^## ", page.read_text(), flags=re.MULTILINE)
        assert f"docs/facts/{page.name}" in source
        for fact in facts:
            anchor = fact.partition("\n")[0].lower().replace(" ", "-")
            assert f"docs/facts/{page.name}#{anchor}" in source, f"{page.name}: nothing relies on {anchor}"
            assert re.search(r"20\d\d-\d\d-\d\d", title + fact), f"{page.name}: {anchor} has no date"


WRONG = {
    "See nobody.md.": "no page nobody.md",
    "See TRF-99.": "no requirement TRF-99",
    "See [the plan](plan.md).": "no file plan.md",
    "See [below](#nowhere).": "no anchor #nowhere",
    "See docs/facts/provider.md#nowhere.": "no anchor docs/facts/provider.md#nowhere",
    "See docs/facts/nobody.md#retries.": "no file docs/facts/nobody.md",
    "So it was measured (facts, section 4).": "a citation that leads nowhere in the repository",
    "See provider.md, section 9.": "a citation that leads nowhere in the repository",
    "Read ../shared/requirements.md.": "a citation that leads nowhere in the repository",
    "See decision 99.": "no decision 99",
    "It is in network/nowhere/module.py.": "no path network/nowhere/module.py",
    "It is in `nowhere.py`.": "no file nowhere.py",
    "It is `network.plan.nothing_of_the_kind`.": "no module network.plan.nothing_of_the_kind",
    "Run `make nothing`.": "no target: make nothing",
    "Run `make up STICK=dev`.": "no variable of make: STICK",
    'Run `make review ARGS="--nothing"`.': "no option of make review: --nothing",
    'Run `make bench ARGS="--nothing"`.': "no option of make bench: --nothing",
    "Run `network nothing`.": "no command: network nothing",
    "Run `network check --nothing`.": "no option of network check: --nothing",
    "Run `.venv/bin/network plan --nothing x`.": "no option of network plan: --nothing",
    "Run `python -m network.nothing`.": "no module: python -m network.nothing",
    "Run `python -m lab nothing`.": "no command: lab nothing",
    "Run `python -m lab.parts --nothing`.": "no option of lab.parts: --nothing",
    "Take `--nothing` with it.": "no option of ours: --nothing",
}


@pytest.mark.parametrize(("sentence", "fault"), WRONG.items(), ids=WRONG.values())
def test_what_is_not_there_is_found_in_a_document(tmp_path: Path, sentence: str, fault: str) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"# Page\n\n{sentence}\n")
    assert fault in {each.removeprefix("page.md:3: ") for each in faults(of_markdown(page))}


@pytest.mark.parametrize("line", ["make nothing", "python -m network.nothing", ".venv/bin/network nothing"])
def test_what_is_not_there_is_found_in_a_block_of_code(tmp_path: Path, line: str) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"```sh\n{line}\n```\n")
    assert len(faults(of_markdown(page))) == 1


@pytest.mark.parametrize(
    "source",
    [
        "x = 1  # As TRF-99 asks.\n",
        '"""A module (docs/facts/provider.md#nowhere)."""\n',
        'x = 1\n"""Made by `make nothing`."""\n',
        'def f() -> None:\n    """As `network nothing` does."""\n',
    ],
)
def test_what_is_not_there_is_found_in_comments_and_docstrings(tmp_path: Path, source: str) -> None:
    module = tmp_path / "module.py"
    module.write_text(source)
    assert len(faults(of_python(module))) == 1


def test_what_is_not_there_is_found_in_settings(tmp_path: Path) -> None:
    settings = tmp_path / "settings.yml"
    settings.write_text("# See docs/nowhere.md.\nrun: .venv/bin/python -m lab.nothing\n")
    assert len(faults(of_settings(settings))) == 2


def test_what_is_there_is_not_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# A page's title\n\n[Above](#a-pages-title), TRF-1, TLS-1, decision 7,\n"
        "docs/facts/provider.md#retries, `docs/addresses-<stack>.svg`, `network.plan.build`,\n"
        "`make up STACK=prod`, `network check --stack dev`, `python -m lab.parts --list`,\n"
        '`make kubectl ARGS="get pods --all-namespaces"`, https://example.org/x.md\n'
    )
    assert faults(of_markdown(page)) == []
