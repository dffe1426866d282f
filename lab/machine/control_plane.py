"""The control plane: etcd, API server, controller manager, scheduler in one network namespace."""

from collections.abc import Callable
from pathlib import Path

from lab.machine import kubeconfig, network
from lab.machine.inputs import Parts, find
from lab.machine.network import ClusterNetwork
from lab.machine.pki import KeyPair, Pki
from lab.machine.process import Supervisor
from lab.machine.spec import ClusterSpec, MachineError, NodeSpec
from lab.toolbox.kubernetes_api import KubernetesApi
from lab.toolbox.waiting import until
from lab.toolbox.whole_files import write_secret

_ETCD = "http://127.0.0.1:2379"
_ETCD_PEERS = "http://127.0.0.1:2380"

_NODE_MASK = 25
"""DOKS gives each node a /25 of the pod range: 128 nodes in a /18."""

_READY_TIMEOUT = 300.0
"""Seconds; 4 are usual, a machine that also builds takes longer."""


def etcd_command(binary: Path, data: Path) -> list[str]:
    """etcd with one member; a killed process loses nothing of the page cache, so no fsync."""
    return [
        str(binary),
        f"--data-dir={data}",
        f"--listen-client-urls={_ETCD}",
        f"--advertise-client-urls={_ETCD}",
        f"--listen-peer-urls={_ETCD_PEERS}",
        f"--initial-advertise-peer-urls={_ETCD_PEERS}",
        f"--initial-cluster=default={_ETCD_PEERS}",
        "--log-level=error",
        "--unsafe-no-fsync",
    ]


def api_server_command(
    binary: Path, spec: ClusterSpec, pki: Pki, authenticator: Path | None = None
) -> list[str]:
    """The API server. `authenticator`: a kubeconfig of whom it asks about tokens that are not its own.

    It dials webhooks at their endpoints, for no kube-proxy runs beside it that would translate a
    Service's address.
    """
    server = pki.server(spec)
    kubelets = pki.client("kube-apiserver-kubelet-client", ("system:masters",))
    front = pki.front_proxy("front-proxy-client")
    return [
        str(binary),
        f"--etcd-servers={_ETCD}",
        f"--advertise-address={spec.control_plane}",
        f"--secure-port={kubeconfig.API_PORT}",
        f"--tls-cert-file={server.certificate}",
        f"--tls-private-key-file={server.key}",
        f"--client-ca-file={pki.authority.certificate}",
        f"--token-auth-file={pki.token_file}",
        f"--service-cluster-ip-range={spec.services}",
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction",
        "--enable-aggregator-routing=true",
        # By these an aggregated API, such as metrics-server's, believes whom the API server asks for.
        f"--requestheader-client-ca-file={pki.front_proxies.certificate}",
        "--requestheader-allowed-names=front-proxy-client",
        "--requestheader-username-headers=X-Remote-User",
        "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-",
        f"--proxy-client-cert-file={front.certificate}",
        f"--proxy-client-key-file={front.key}",
        "--allow-privileged=true",
        "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
        f"--service-account-key-file={pki.service_account_key}",
        f"--service-account-signing-key-file={pki.service_account_key}",
        f"--kubelet-client-certificate={kubelets.certificate}",
        f"--kubelet-client-key={kubelets.key}",
        "--kubelet-preferred-address-types=InternalIP",
        *(_asking(authenticator) if authenticator else ()),
    ]


def _asking(authenticator: Path) -> list[str]:
    """An answer is forgotten after a second: a token that has ended must be refused at once."""
    return [
        f"--authentication-token-webhook-config-file={authenticator}",
        "--authentication-token-webhook-version=v1",
        "--authentication-token-webhook-cache-ttl=1s",
    ]


def controller_manager_command(binary: Path, spec: ClusterSpec, pki: Pki, config: Path) -> list[str]:
    """The controllers; they also give each node its part of the pod range."""
    return [
        str(binary),
        f"--kubeconfig={config}",
        "--bind-address=127.0.0.1",
        "--leader-elect=false",
        "--use-service-account-credentials=true",
        f"--service-account-private-key-file={pki.service_account_key}",
        f"--root-ca-file={pki.authority.certificate}",
        "--allocate-node-cidrs=true",
        f"--cluster-cidr={spec.pods}",
        f"--node-cidr-mask-size={max(_NODE_MASK, spec.pods.prefixlen)}",
        f"--service-cluster-ip-range={spec.services}",
    ]


def scheduler_command(binary: Path, config: Path) -> list[str]:
    """The scheduler."""
    return [
        str(binary), f"--kubeconfig={config}", "--bind-address=127.0.0.1", "--leader-elect=false"
    ]  # fmt: skip


class ControlPlane:
    """The control plane of one cluster; its data is in `folder`."""

    def __init__(
        self, spec: ClusterSpec, folder: Path, parts: Parts, wires: ClusterNetwork, pki: Pki
    ) -> None:
        self._spec = spec
        self._folder = folder
        self._parts = parts
        self._wires = wires
        self._pki = pki
        self.server = kubeconfig.api_url(spec.control_plane)
        self.api = KubernetesApi(self.server, pki.admin_token, pki.authority.certificate.read_text())
        self.processes = Supervisor(folder / "logs")

    def client_config(self, user: str, *groups: str) -> Path:
        """A kubeconfig file for a component of the cluster."""
        path = self._folder / "kubeconfig" / f"{user.replace(':', '-')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        authority = self._pki.authority.certificate
        text = kubeconfig.for_certificate(self.server, authority, self._pki.client(user, groups))
        write_secret(path, text)
        return path

    def kubelet_certificate(self, node: NodeSpec) -> KeyPair:
        """By which a node's kubelet shows itself."""
        return self._pki.kubelet(node)

    @property
    def admin_config(self) -> str:
        """The administrator's kubeconfig, complete in itself."""
        authority = self._pki.authority.certificate
        return kubeconfig.for_token(self.server, authority, self._pki.admin_token, self._spec.name)

    @property
    def authority(self) -> Path:
        """The certificate of the cluster's authority."""
        return self._pki.authority.certificate

    def start(self, report: Callable[[str], None]) -> None:
        """Start what does not run, and wait until the API server is ready."""
        spec, pki = self._spec, self._pki
        self._wires.attach(network.CONTROL_PLANE, spec.control_plane)
        self._run("etcd", etcd_command(self._binary("etcd"), self._folder / "etcd"))
        api = api_server_command(self._binary("kube-apiserver"), spec, pki, self._authenticator())
        self._run("kube-apiserver", api)
        self._await_ready()
        report(f"API server of {spec.name} is ready at {self.server}")
        manager = self._binary("kube-controller-manager")
        config = self.client_config("system:kube-controller-manager")
        command = controller_manager_command(manager, spec, pki, config)
        self._run("kube-controller-manager", command)
        config = self.client_config("system:kube-scheduler")
        self._run("kube-scheduler", scheduler_command(self._binary("kube-scheduler"), config))

    def stop(self) -> None:
        """End every process, etcd last, and leave the network."""
        self.processes.end_all(grace=3.0)
        self._wires.detach(network.CONTROL_PLANE)

    def _authenticator(self) -> Path | None:
        """A kubeconfig file for the webhook of the spec."""
        if not self._spec.authenticator:
            return None
        path = self._folder / "kubeconfig" / "authenticator.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_secret(path, kubeconfig.for_anybody(self._spec.authenticator))
        return path

    def _binary(self, name: str) -> Path:
        return find(self._parts, "kubernetes", name)

    def _run(self, name: str, command: list[str]) -> None:
        handle = self._wires.handle(network.CONTROL_PLANE)
        self.processes.ensure(name, ["nsenter", f"--net={handle}", "--", *command])

    def _await_ready(self) -> None:
        if not until(self.api.ready, _READY_TIMEOUT, pause=0.2):
            raise MachineError(
                f"the API server of {self._spec.name} was not ready within "
                f"{_READY_TIMEOUT:.0f} s: see {self.processes.log('kube-apiserver')} and "
                f"{self.processes.log('etcd')}"
            )
