"""Pulumi's language host for Python, since no package registry carries the official one.

The engine starts this file as `pulumi-language-python <engine address>`, reads the port from the
first line of its output and shows every later line to the user. The project's program itself runs in
a child process (`program.py`) with the interpreter of the project's own virtual environment.

Run as a file, not as a module: it must not depend on the directory or the path of its caller.
"""

import json
import os
import platform
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import Distribution, distributions
from pathlib import Path

import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.json_format import MessageToDict
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

REPORTED = 32
"""Exit code of a program that has shown its error to the user; the official host's number."""

GRACE_SECONDS = 5
"""A program that was interrupted has this long to end; as long as officially."""

LONGEST_VARIABLE = 128 * 1024
"""Linux' limit for one environment variable, in bytes (MAX_ARG_STRLEN)."""

PROGRAM = Path(__file__).with_name("program.py")


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """Runs Python programs for one engine."""

    def __init__(self, engine: str) -> None:
        self._engine = engine
        self._children: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()

    def Handshake(
        self, request: language_pb2.LanguageHandshakeRequest, context: grpc.ServicerContext
    ) -> language_pb2.LanguageHandshakeResponse:
        self._engine = request.engine_address or self._engine
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version="1.0.0")

    def GetRequiredPackages(
        self, request: language_pb2.GetRequiredPackagesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetRequiredPackagesResponse:
        return language_pb2.GetRequiredPackagesResponse(
            packages=[
                plugin_pb2.PackageDependency(
                    name=plugin["name"],
                    kind="resource",
                    version=f"v{plugin['version'].removeprefix('v')}",
                    server=plugin.get("server", ""),
                )
                for plugin in required_plugins(installed(request.info))
            ]
        )

    def GetRequiredPlugins(
        self, request: language_pb2.GetRequiredPluginsRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetRequiredPluginsResponse:
        return language_pb2.GetRequiredPluginsResponse(
            plugins=[
                plugin_pb2.PluginDependency(
                    name=plugin["name"],
                    kind="resource",
                    version=f"v{plugin['version'].removeprefix('v')}",
                    server=plugin.get("server", ""),
                )
                for plugin in required_plugins(installed(request.info))
            ]
        )

    def GetProgramDependencies(
        self, request: language_pb2.GetProgramDependenciesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetProgramDependenciesResponse:
        return language_pb2.GetProgramDependenciesResponse(
            dependencies=[
                language_pb2.DependencyInfo(name=one.name, version=one.version)
                for one in installed(request.info)
            ]
        )

    def About(
        self, request: language_pb2.AboutRequest, context: grpc.ServicerContext
    ) -> language_pb2.AboutResponse:
        return language_pb2.AboutResponse(
            executable=str(interpreter(request.info)), version=platform.python_version()
        )

    def RuntimeOptionsPrompts(
        self, request: language_pb2.RuntimeOptionsRequest, context: grpc.ServicerContext
    ) -> language_pb2.RuntimeOptionsResponse:
        return language_pb2.RuntimeOptionsResponse()

    def InstallDependencies(
        self, request: language_pb2.InstallDependenciesRequest, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.InstallDependenciesResponse]:
        # The project's `make` targets own its virtual environment: `pulumi install` has no work.
        yield language_pb2.InstallDependenciesResponse(stdout=f"using {interpreter(request.info)}\n".encode())

    def Run(
        self, request: language_pb2.RunRequest, context: grpc.ServicerContext
    ) -> language_pb2.RunResponse:
        try:
            environment = {**os.environ, **configuration(request)}
            command = command_line(request, self._engine)
        except ValueError as error:
            return language_pb2.RunResponse(error=str(error))
        folder = request.pwd or request.info.program_directory
        with subprocess.Popen(command, cwd=folder, env=environment) as child:
            with self._lock:
                self._children.add(child)
            # The engine takes its call back when the update has failed or was cancelled.
            context.add_callback(lambda: end(child))
            try:
                code = child.wait()
            finally:
                with self._lock:
                    self._children.discard(child)
        return outcome(code)

    def Cancel(self, request: Empty, context: grpc.ServicerContext) -> Empty:
        self.interrupt()
        return Empty()

    def interrupt(self) -> None:
        """Let the programs end by themselves."""
        with self._lock:
            for child in self._children:
                end(child)


def end(child: "subprocess.Popen[bytes]") -> None:
    """Interrupt a program, and kill it later if that does not end it; returns at once."""
    child.send_signal(signal.SIGINT)
    late = threading.Timer(GRACE_SECONDS, child.kill)  # of one that has ended it is without effect
    late.daemon = True
    late.start()


def outcome(code: int) -> language_pb2.RunResponse:
    """What the engine is told of a program that ended with `code`; negative: by that signal.

    The words are the official host's: the engine shows them behind "an unhandled error occurred".
    """
    if code == 0:
        return language_pb2.RunResponse()
    if code == REPORTED:
        return language_pb2.RunResponse(bail=True)
    return language_pb2.RunResponse(error=f"program exited with non-zero exit code: {max(code, -1)}")


def interpreter(info: language_pb2.ProgramInfo) -> Path:
    """The Python of `runtime.options.virtualenv` in Pulumi.yaml, `.venv` by default.

    Raises `ValueError` when the environment does not exist.
    """
    options = MessageToDict(info.options)
    folder = Path(info.root_directory, str(options.get("virtualenv", ".venv")))
    python = folder / "bin" / "python"
    if not python.exists():
        raise ValueError(
            f"Pulumi.yaml: runtime.options.virtualenv: {folder} has no bin/python; "
            "the program runs in this virtual environment: make it with `make setup`"
        )
    return python


def installed(info: language_pb2.ProgramInfo) -> list[Distribution]:
    """The distributions of the project's virtual environment."""
    libraries = interpreter(info).parents[1] / "lib"
    return list(distributions(path=[str(path) for path in libraries.glob("python*/site-packages")]))


def required_plugins(packages: Iterable[Distribution]) -> list[dict[str, str]]:
    """The resource plugins that installed SDKs ask for in their `pulumi-plugin.json`."""
    plugins: list[dict[str, str]] = []
    for package in packages:
        for file in package.files or ():
            if file.name == "pulumi-plugin.json":
                plugin = json.loads(Path(str(file.locate())).read_text())
                if plugin.get("resource"):
                    plugins.append({"version": package.version, **plugin})
    return plugins


def configuration(request: language_pb2.RunRequest) -> dict[str, str]:
    """The stack's configuration as the two environment variables that the SDK reads.

    Raises `ValueError` when the configuration does not fit into one: the official host passes it in
    the same way, so such a stack file could not be deployed with it either.
    """
    variables = {
        "PULUMI_CONFIG": json.dumps(dict(request.config)),
        "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
    }
    for name, value in variables.items():
        size = len(f"{name}={value}".encode()) + 1
        if size > LONGEST_VARIABLE:
            raise ValueError(
                f"Pulumi.{request.stack}.yaml: its values take {size} bytes as the variable {name}, "
                f"in which Pulumi hands them to the program; Linux allows {LONGEST_VARIABLE}: "
                "shorten the file, for instance by dropping keys that only repeat defaults"
            )
    return variables


def command_line(request: language_pb2.RunRequest, engine: str) -> list[str]:
    """The child process that runs the program of `request`."""
    settings = {
        "monitor": request.monitor_address,
        "engine": engine,
        "project": request.project,
        "stack": request.stack,
        "organization": request.organization,
        "root-directory": request.info.root_directory,
        "parallel": str(request.parallel),
        "dry-run": str(request.dryRun).lower(),
    }
    return [
        str(interpreter(request.info)),
        "-u",  # each line reaches the engine's display when it is printed
        "-P",  # the host's own folder must not shadow the program's imports
        str(PROGRAM),
        *(f"--{name}={value}" for name, value in settings.items()),
        str(Path(request.info.program_directory, request.info.entry_point)),
        *request.args,
    ]


def main() -> None:
    """Serve until the engine ends this process, or is gone without having ended it."""
    engine = os.getppid()
    host = LanguageHost(sys.argv[-1])
    server = grpc.server(ThreadPoolExecutor(max_workers=16))
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    while not ended.wait(timeout=1) and os.getppid() == engine:
        pass
    host.interrupt()
    server.stop(grace=None)


if __name__ == "__main__":
    main()
