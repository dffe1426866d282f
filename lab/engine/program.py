"""Runs one Pulumi program in the project's virtual environment, for `language_host.py`.

Exit codes: 0 when the program ended well, 32 when it failed and the engine has the message.
"""

import argparse
import asyncio
import logging
import os
import runpy
import signal
import sys
import traceback

import pulumi
import pulumi.runtime

REPORTED = 32


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
    # The engine interrupts when the update has failed or was cancelled. It has said why, and it knows
    # every resource that was registered: there is nothing to add, least of all a traceback.
    signal.signal(signal.SIGINT, lambda *_: os._exit(REPORTED))
    sys.argv = [options.program, *options.arguments]
    # A failed program leaves futures that nobody will await; asyncio would warn about each.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)

    def program() -> None:
        runpy.run_path(options.program, run_name="__main__")

    try:
        loop.run_until_complete(pulumi.runtime.run_in_stack(program))
    except pulumi.RunError as error:
        pulumi.log.error(str(error))
        return REPORTED
    except Exception:  # the program's own failure, whatever it is, is the user's to read
        pulumi.log.error(traceback.format_exc())
        return REPORTED
    finally:
        loop.close()
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
