"""Runs one Pulumi program in the project's virtual environment, for `language_host.py`.

It is as noisy as the official host's script, so that what users see of a failure is seen in the lab: an
interrupt ends the program with a traceback, an error that cannot be logged any more with two.

Exit codes: 0 when the program ended well, 1 after a `RunError`, 32 after any other exception; both have
been logged.
"""

import argparse
import asyncio
import logging
import runpy
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor

import pulumi
import pulumi.runtime

LOGGED = 32

_CALLS_PER_RESOURCE = 4
"""Threads for calls to the engine, times the resources that it works on at once; as many as officially."""


def main() -> int:
    """Connect the SDK to the engine, then run the program as `__main__`."""
    parser = argparse.ArgumentParser(description="Run a Pulumi program for its language host.")
    for name in ("monitor", "engine", "project", "stack", "organization", "root-directory"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--parallel", type=int, required=True)
    parser.add_argument("--dry-run", choices=("true", "false"), required=True)
    parser.add_argument("program", help="a file, or a folder with a __main__.py")
    parser.add_argument("arguments", nargs="*")
    options = parser.parse_args()

    pulumi.runtime.set_all_config(
        pulumi.runtime.get_config_env(), pulumi.runtime.get_config_secret_keys_env()
    )
    pulumi.runtime.configure(
        pulumi.runtime.Settings(
            monitor=options.monitor,
            engine=options.engine,
            project=options.project,
            stack=options.stack,
            organization=options.organization,
            root_directory=options.root_directory,
            parallel=options.parallel,
            dry_run=options.dry_run == "true",
        )
    )
    sys.argv = [options.program, *options.arguments]
    # A failed program leaves futures that nobody will await; asyncio would warn about each.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    calls = ThreadPoolExecutor(max(options.parallel, 1) * _CALLS_PER_RESOURCE)
    loop = asyncio.new_event_loop()
    loop.set_default_executor(calls)
    asyncio.set_event_loop(loop)

    def program() -> None:
        runpy.run_path(options.program, run_name="__main__")

    try:
        loop.run_until_complete(pulumi.runtime.run_in_stack(program))
    except pulumi.RunError as error:
        pulumi.log.error(str(error))
        return 1
    except Exception:  # the program's own failure, whatever it is, is the user's to read
        pulumi.log.error(f"Program failed with an unhandled exception:\n{traceback.format_exc()}")
        return LOGGED
    finally:
        calls.shutdown(wait=True)
        loop.close()
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
