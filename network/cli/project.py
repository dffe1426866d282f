"""Where the project and its stack files are."""

from pathlib import Path

from network.cli.files import stop


def root() -> Path:
    """Return the folder of `Pulumi.yaml`: this one or the nearest above. Exits if there is none."""
    here = Path.cwd()
    found = next((each for each in (here, *here.parents) if (each / "Pulumi.yaml").is_file()), None)
    if found is None:
        stop("no Pulumi.yaml here or above: run this in the project's folder")
    return found


def chosen(stacks: list[str], files: list[Path]) -> list[Path]:
    """Return the stack files that `--stack` or `--file` name, all of the project's if neither does."""
    if stacks and files:
        stop("give one of --stack and --file")
    return files or stack_files(stacks)


def stack_files(stacks: list[str]) -> list[Path]:
    """Return the stack files of the named stacks, of all stacks if none is named.

    Exits if a file does not exist, or if there is none at all.
    """
    folder = root()
    found = sorted(folder.glob("Pulumi.*.yaml"))
    if not found:
        stop(f"there is no stack file in {folder}: a stack called dev has Pulumi.dev.yaml")
    files = [folder / f"Pulumi.{stack}.yaml" for stack in stacks]
    for file in files:
        if not file.is_file():
            stop(f"{file.name} does not exist; there are: {', '.join(path.name for path in found)}")
    return files or found
