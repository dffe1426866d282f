"""Carries a run out, step by step (`steps.py`)."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from network.acceptance import stack, sweep
from network.acceptance.engine import Engine, EngineError
from network.acceptance.journal import Journal
from network.acceptance.questions import QUESTIONS
from network.acceptance.questions.question import UnansweredError, World
from network.acceptance.run import TIME_TO_CLEAN, now
from network.acceptance.steps import CLEANING, Step, to_do
from network.acceptance.traffic import Load
from network.live.account import Account
from network.live.changes import ChangeError, Changes
from network.live.cluster import Cluster
from network.live.finding import CannotLookError, Finding

NAME_SERVERS = ("ns1.digitalocean.com.", "ns2.digitalocean.com.", "ns3.digitalocean.com.")
"""Of every zone at DigitalOcean."""

_CLUSTERS = ("/v2/kubernetes/clusters", "kubernetes_clusters")
_BALANCERS = ("/v2/load_balancers", "load_balancers")

FAILURES = (
    *(EngineError, ChangeError, CannotLookError, UnansweredError),
    *(OSError, LookupError, TypeError, ValueError),
)
"""What a step may fail by: other answers than are known among it."""


@dataclass
class Performance:
    """A run under way."""

    journal: Journal
    account: Account
    project: Path
    """The folder of Pulumi.yaml."""
    lock: int
    say: Callable[[str], None]
    pause: float
    """Seconds between two looks at what takes its time."""
    changes: Changes = field(init=False)
    engine: Engine = field(init=False)

    def __post_init__(self) -> None:
        self.changes = Changes(self.account)
        run, folder = self.journal.run, self.journal.folder
        self.engine = Engine(self.project, run, folder, self.account.token.value, self.lock, self.say)
        self._work: Mapping[str, Callable[[], list[Finding]]] = {
            "look": lambda: self._asked("look"),
            "snapshot": self._snapshot,
            "project": self._project,
            "delegate": self._delegate,
            "up": self._up,
            "gather": self._gather,
            "backend": self._backend,
            "ask": lambda: self._asked("ask"),
            "probe": lambda: self._asked("probe"),
            "again": self._again,
            "replace": self._replace,
            "upgrade": self._upgrade,
            "compare": lambda: self._asked("compare"),
            "destroy": self._destroy,
            "sweep": self._sweep,
            "equal": self._equal,
        }
        # kubectl, and what it asks for credentials, work on the run as Pulumi does.
        os.environ.update(self.engine.environment)

    def go(self, steps: Sequence[Step] | None = None) -> None:
        """Do these steps, what is left if absent. From the first failure on, and near the run's end, only
        what cleans up is done."""
        left = [*(to_do(self.journal.begun, self.journal.ended) if steps is None else steps)]
        while left:
            step = left.pop(0)
            if not step.cleans and now() >= self.journal.run.deadline - TIME_TO_CLEAN:
                left = [*CLEANING]
            elif not self._do(step):
                left = [each for each in left if each.cleans]
        if self._nothing_is_left():
            self._forget()

    def _do(self, step: Step) -> bool:
        """Do one step, and return whether the next one may come."""
        self.say(f"{step.name}: {step.does}")
        self.journal.begin(step.name)
        goes_on = True
        try:
            findings = self._work[step.name]()
        except KeyboardInterrupt:
            if step.cleans:
                raise
            findings, goes_on = [self._failed(step, "interrupted")], False
            self.say("interrupted: what was made is destroyed now; once more, and `--sweep` is left to do it")
        except FAILURES as error:
            findings, goes_on = [self._failed(step, str(error) or repr(error))], False
        self.journal.end(step.name, findings)
        return goes_on or step.cleans

    def _failed(self, step: Step, why: str) -> Finding:
        again = (
            "`network accept --sweep` cleans up once more" if step.cleans else "the run cleans up and ends"
        )
        return Finding(step.name, self.journal.run.name, "could not look", step.does, why, step.name, again)

    def _asked(self, step: str) -> list[Finding]:
        """Answer the questions of a step."""
        seen = {code: row.result for code, row in self.journal.rows.items() if row.result is not None}
        world = World(self.journal.run, self.account, self.changes, Cluster(), seen, self._backend_answers)
        try:
            version = str(world.own_cluster["version"])
        except (UnansweredError, CannotLookError):
            version = ""
        rows = [question.row(world, version) for question in QUESTIONS if question.when == step]
        self.journal.answer(rows)
        answered = sum(row.result is not None for row in rows)
        told = f"{answered} of {len(rows)} answered"
        return [Finding("questions", step, "as planned", "asked", told, "docs/acceptance.md")]

    def _snapshot(self) -> list[Finding]:
        """Of the first time: a run that goes on may have made something since."""
        if self.journal.before is None:
            seen = sweep.look(self.changes, self.journal.run.test_zone)
            if seen.unseen:
                kinds = ", ".join(f"{kind} ({why})" for kind, why in seen.unseen.items())
                raise ValueError(f"what cannot be listed cannot be cleaned up: {kinds}")
            self.journal.keep_before(seen.things)
        told = f"{len(self.journal.before or ())} things"
        return [Finding("snapshot", "the account", "as planned", "written down", told, "lists")]

    def _project(self) -> list[Finding]:
        run = self.journal.run
        if self._own_project() is None:
            body = {
                "name": run.name,
                "description": f"Made by `network accept`; to be destroyed by {run.until}",
                "purpose": "Other: acceptance",
                "environment": "Development",
            }
            self.changes.post("/v2/projects", body)
        return [self._made(f"project {run.name}", "/v2/projects")]

    def _own_project(self) -> Any:
        found = self.changes.list("/v2/projects", "projects")
        return next((each for each in found if each["name"] == self.journal.run.name), None)

    def _delegate(self) -> list[Finding]:
        run = self.journal.run
        path = f"/v2/domains/{run.test_zone}/records"
        there = {
            each["data"].rstrip(".")
            for each in self.changes.list(path, "domain_records")
            if each["type"] == "NS" and each["name"] == run.environment
        }
        for server in NAME_SERVERS:
            if server.rstrip(".") not in there:
                body = {"type": "NS", "name": run.environment, "data": server, "ttl": 60}
                self.changes.post(path, body)
        return [self._made(f"records of {run.zone}", path)]

    def _up(self) -> list[Finding]:
        run = self.journal.run
        self.engine.prepare(stack.config(run))
        began = time.monotonic()
        self.engine.up()
        (cluster,) = self._own(*_CLUSTERS)
        self.journal.knows_cluster(cluster["id"])
        told = f"in {time.monotonic() - began:.0f} s"
        return [Finding("up", run.name, "as planned", "`pulumi up` ends well", told, "pulumi up")]

    def _own(self, path: str, key: str) -> list[Any]:
        return [each for each in self.changes.list(path, key) if each["name"] == self.journal.run.name]

    def _gather(self) -> list[Finding]:
        project = self._own_project()
        urns = [
            *(f"do:kubernetes:{e['id']}" for e in self._own(*_CLUSTERS)),
            *(f"do:loadbalancer:{each['id']}" for each in self._own(*_BALANCERS)),
            f"do:domain:{self.journal.run.zone}",
        ]
        path = f"/v2/projects/{project['id']}/resources"
        self.changes.post(path, {"resources": urns})
        return [self._made(f"{len(urns)} resources in the project", path)]

    def _made(self, what: str, path: str) -> Finding:
        return Finding("made", what, "as planned", "there", "there", f"GET {path}")

    def _backend(self) -> list[Finding]:
        """A cluster that does not answer is no reason to end: the account has answers yet."""
        planned = "the backend answers through the load balancer"
        source = f"GET https://{self.journal.run.host}/"
        try:
            self.engine.kubeconfig.touch(mode=0o600)
            self.engine.kubeconfig.write_text(self.engine.output("kubeconfig"))
            self._apply(stack.backend(), stack.budget())
            told = self._wait_for_answer()
        except FAILURES as error:
            remedy = "what depends on it is told as not looked at"
            return [Finding("backend", "echo", "could not look", planned, str(error), source, remedy)]
        return [Finding("backend", "echo", "as planned", planned, told, source)]

    def _apply(self, *objects: Any) -> None:
        given = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
        command = ["kubectl", "--request-timeout=30s", "apply", "--filename=-"]
        done = subprocess.run(
            command, input=given, capture_output=True, text=True, check=False, timeout=120
        )  # fmt: skip
        if done.returncode:
            raise ValueError(f"kubectl apply: {' '.join(done.stderr.split())[-500:]}")

    def _wait_for_answer(self) -> str:
        began = time.monotonic()
        while True:
            load = Load(self.journal.run.host, self._address())
            with load:
                time.sleep(self.pause)
            if load.answered and not load.failed:
                return f"after {time.monotonic() - began:.0f} s"
            if time.monotonic() - began > _LONGEST_WAIT:
                raise ValueError(f"not within {_LONGEST_WAIT:g} s: {load.told()}")

    def _address(self) -> str:
        found = self._own(*_BALANCERS)
        if not found:
            raise ValueError("the run has no load balancer")
        return found[0]["ip"]

    def _again(self) -> list[Finding]:
        changes = self.engine.changes()
        planned = "nothing changes"
        if changes is not None:
            remedy = "read what the preview shows: docs/facts/provider.md"
            found = changes[-1500:]
            return [Finding("second-up", "preview", "differs", planned, found, "pulumi preview", remedy)]
        self.engine.up()
        return [Finding("second-up", "preview and up", "as planned", planned, "nothing", "pulumi preview")]

    def _replace(self) -> list[Finding]:
        (cluster,) = self._own(*_CLUSTERS)
        pool = cluster["node_pools"][0]
        node = pool["nodes"][0]["id"]
        path = f"/v2/kubernetes/clusters/{cluster['id']}/node_pools/{pool['id']}/nodes/{node}?replace=1"

        def replace() -> None:
            self.changes.remove(path)
            self._wait_for_nodes(gone=node)

        return [self._under_load("replace", f"DELETE {path}", replace)]

    def _upgrade(self) -> list[Finding]:
        run = self.journal.run
        config = stack.config(run)
        config["network:cluster"]["version"] = run.upgrade

        def upgrade() -> None:
            self.engine.configure(config)
            self.engine.up()
            self._wait_for_nodes(version=run.upgrade)

        return [self._under_load("upgrade", f"pulumi up with {run.upgrade}", upgrade)]

    def _wait_for_nodes(self, gone: str = "", version: str = "") -> None:
        """Wait until the cluster runs, each of its nodes, and neither a node that goes is there nor another
        version. Raises ValueError at the end of what is left of the run's time."""
        why = ""
        while now() < self.journal.run.deadline - TIME_TO_CLEAN:
            time.sleep(self.pause)
            (cluster,) = self._own(*_CLUSTERS)
            nodes = [node for pool in cluster["node_pools"] for node in pool["nodes"]]
            states = [cluster["status"]["state"], *(node["status"]["state"] for node in nodes)]
            there = gone in [node["id"] for node in nodes]
            if set(states) == {"running"} and not there and version in ("", cluster["version"]):
                return
            why = f"the cluster is {states[0]}, its nodes {', '.join(states[1:])}"
        raise ValueError(f"not done in the run's time: {why}")

    @property
    def _backend_answers(self) -> bool:
        """Whether requests from here were answered when the backend was new."""
        return any(each.verdict == "as planned" for each in self.journal.findings.get("backend", []))

    def _under_load(self, code: str, source: str, change: Callable[[], None]) -> Finding:
        """Return what requests met while something changed."""
        planned = "no request fails"
        if not self._backend_answers:
            change()
            why = "it is done; but nobody answered requests before it either"
            return Finding(code, "requests", "could not look", planned, why, source, "see step backend")
        load = Load(self.journal.run.host, self._address())
        began = time.monotonic()
        with load:
            time.sleep(self.pause)
            change()
        took = f"{time.monotonic() - began:.0f} s: {load.told()}"
        verdict = "differs" if load.failed else "as planned"
        remedy = "docs/runbooks: which pods went, and what clients met" if load.failed else ""
        return Finding(code, "requests", verdict, planned, took, source, remedy)

    def _destroy(self) -> list[Finding]:
        planned = "`pulumi destroy` ends well"
        if not self.engine.made:
            return [Finding("destroy", "stack", "as planned", planned, "there is no stack", "pulumi destroy")]
        began = time.monotonic()
        try:
            self.engine.destroy()
        except EngineError as error:
            remedy = "the sweep removes what it left"
            return [Finding("destroy", "stack", "differs", planned, str(error), "pulumi destroy", remedy)]
        told = f"in {time.monotonic() - began:.0f} s"
        return [Finding("destroy", "stack", "as planned", planned, told, "pulumi destroy")]

    def _sweep(self) -> list[Finding]:
        run = self.journal.run
        return sweep.Sweep(
            self.changes,
            run.id,
            run.test_zone,
            set(self.journal.clusters),
            self.journal.before,
            self.journal.knows_cluster,
            self.say,
            self.pause,
        ).sweep()

    def _equal(self) -> list[Finding]:
        before = self.journal.before
        if before is None:
            return [_NEVER_LOOKED]
        return sweep.compared(before, sweep.look(self.changes, self.journal.run.test_zone))

    def _nothing_is_left(self) -> bool:
        found = self.journal.findings.get("sweep", [])
        return any(each.code == "sweep-nothing-left" for each in found)

    def _forget(self) -> None:
        """The state has served: nothing that it tells of is there. Journal and report stay."""
        self.journal.over = True
        self.journal.save()
        for name in ("state", "project"):
            shutil.rmtree(self.journal.folder / name, ignore_errors=True)
        for name in ("passphrase", "kubeconfig.yaml"):
            (self.journal.folder / name).unlink(missing_ok=True)


_LONGEST_WAIT = 900.0
"""Seconds from the backend's start to its first answer: the load balancer is told of nodes within a few, the
certificate is issued within as many minutes."""

_NEVER_LOOKED = Finding(
    "account-as-before", "the account", "could not look", "as before the run",
    "it was not written down what was there, so nothing had been made", "lists",
)  # fmt: skip
