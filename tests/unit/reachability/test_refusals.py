"""What could change the answer, and is not understood, is refused by name: never left out with a note."""

import pytest

from network.reachability.read.manifests import Contents, Found
from tests.unit.reachability.manifests import Manifest, cilium, cluster, pod, policy, problem, read, verdicts


def _object(kind: str, version: str) -> Manifest:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": "x", "namespace": "shop"}, "spec": {}}


@pytest.mark.parametrize(
    ("kind", "version"),
    [
        ("NetworkPolicy", "extensions/v1beta1"),
        ("NetworkPolicy", "networking.k8s.io/v1beta1"),
        ("NetworkPolicy", "crd.antrea.io/v1beta1"),
        ("NetworkPolicy", "crd.projectcalico.org/v1"),
        ("ClusterNetworkPolicy", "crd.antrea.io/v1beta1"),
        ("ClusterNetworkPolicy", "policy.networking.k8s.io/v1alpha2"),
        ("AdminNetworkPolicy", "policy.networking.k8s.io/v1alpha1"),
        ("Tier", "crd.antrea.io/v1beta1"),
        ("MultiNetworkPolicy", "k8s.cni.cncf.io/v1beta1"),
        ("EgressFirewall", "k8s.ovn.org/v1"),
        ("EgressNetworkPolicy", "network.openshift.io/v1"),
        ("ApplicationNetworkPolicy", "networking.k8s.aws/v1alpha1"),
        ("SecurityGroupPolicy", "vpcresources.k8s.aws/v1beta1"),
        ("FQDNNetworkPolicy", "networking.gke.io/v1alpha1"),
        ("SecurityPolicy", "nsx.vmware.com/v1alpha1"),
        ("AuthorizationPolicy", "security.istio.io/v1"),
        ("Server", "policy.linkerd.io/v1beta3"),
        ("ServiceIntentions", "consul.hashicorp.com/v1alpha1"),
        ("CiliumCIDRGroup", "cilium.io/v2alpha1"),
        ("ZoneFirewallRule", "some.vendor.example/v1"),
        ("SegmentIsolation", "some.vendor.example/v1"),
    ],
)
def test_a_kind_that_decides_about_connections_is_refused_whoever_made_it(kind: str, version: str) -> None:
    said = problem(_object(kind, version))
    assert kind in said
    assert "decides about connections" in said


@pytest.mark.parametrize(
    ("kind", "version", "said"),
    [
        ("NetworkPolciy", "networking.k8s.io/v1", "is NetworkPolicy meant?"),
        ("networkpolicy", "networking.k8s.io/v1", "is NetworkPolicy meant?"),
        ("NetworkPolicies", "networking.k8s.io/v1", "is NetworkPolicy meant?"),
        ("NetworkPolicy", "networking.k8s.io/v2", "networking.k8s.io/v1"),
        ("NetworkPolicy", "network.k8s.io/v1", "networking.k8s.io/v1"),
        ("CiliumNetworkPolcy", "cilium.io/v2", "is CiliumNetworkPolicy meant?"),
        ("Deploymet", "apps/v1", "is Deployment meant?"),
        ("Deployment", "app/v1", "is apps meant?"),
        ("Ingress", "netwroking.k8s.io/v1", "is networking.k8s.io meant?"),
        ("Role", "rbac.authorisation.k8s.io/v1", "is rbac.authorization.k8s.io meant?"),
        ("pod", "v1", "is Pod meant?"),
        ("Pod", "v2", "is v1 meant?"),
        ("Namespace", "v1beta1", "is v1 meant?"),
        ("Pod", "v1 ", "is none: write it like v1"),
        ("Deployment", "apps /v1", "is none: write it like v1"),
        ("NetworkPolicy", "networking.k8s.io/v1/", "is none: write it like v1"),
    ],
)
def test_a_typo_in_a_kind_or_a_group_is_refused(kind: str, version: str, said: str) -> None:
    assert said in problem(_object(kind, version))


@pytest.mark.parametrize(
    ("kind", "version"),
    [
        ("ConfigMap", "v1"),
        ("Ingress", "networking.k8s.io/v1"),
        ("PodDisruptionBudget", "policy/v1"),
        ("PodSecurityPolicy", "policy/v1beta1"),
        ("ValidatingAdmissionPolicy", "admissionregistration.k8s.io/v1"),
        ("SecurityPolicy", "gateway.envoyproxy.io/v1alpha1"),
        ("SecurityGroupRule", "ec2.aws.crossplane.io/v1beta1"),
        ("Profile", "kubeflow.org/v1"),
        ("PrometheusRule", "monitoring.coreos.com/v1"),
        ("IngressRoute", "traefik.io/v1alpha1"),
        ("HTTPRoute", "gateway.networking.k8s.io/v1"),
        ("BackendTLSPolicy", "gateway.networking.k8s.io/v1"),
        ("VirtualService", "networking.istio.io/v1"),
        ("ManagedCertificate", "networking.gke.io/v1"),
        ("VerticalPodAutoscaler", "autoscaling.k8s.io/v1"),
        ("Certificate", "networking.internal.knative.dev/v1alpha1"),
        ("StagedNetworkPolicy", "projectcalico.org/v3"),
    ],
)
def test_a_kind_that_says_nothing_about_connections_is_counted(kind: str, version: str) -> None:
    found = read(_object(kind, version))
    assert (found.problems, found.skipped) == ([], {kind: 1})


def test_a_kind_is_left_out_on_the_word_of_whoever_asks() -> None:
    found = Contents(without=("EgressFirewall",))
    found.add(Found(_object("EgressFirewall", "k8s.ovn.org/v1"), ""))
    assert (found.problems, found.skipped) == ([], {"EgressFirewall": 1})


@pytest.mark.parametrize(
    "manifest",
    [
        policy(pods={"app": "${APP}"}),
        policy(pods={"app": "{{ .Values.app }}"}),
        policy(pods={"$KEY": "a"}),
        policy(pods={"app": "<your-app>"}),
        policy(name="{{ name }}"),
        policy(ingress=[{"from": [{"namespaceSelector": {"matchLabels": {"a": "$(NS)"}}}]}]),
        policy(podSelector={"matchExpressions": [{"key": "app", "operator": "In", "values": ["${A}"]}]}),
        {**policy(), "metadata": {"name": "p", "namespace": "${NAMESPACE}"}},
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "${NAMESPACE}"}},
        pod("web", labels={"tier": "{{ tier }}"}),
    ],
)
def test_a_placeholder_is_no_name_and_no_label(manifest: Manifest) -> None:
    assert "is a placeholder" in problem(manifest)


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        (policy(pods={"app": "a b"}), "no label's value"),
        (policy(pods={"app": "x" * 64}), "no label's value"),
        (policy(pods={"-app": "a"}), "no label's key"),
        (policy(pods={"Example.com/app": "a"}), "no label's key"),
        (policy(name="My_Policy"), "no name"),
        ({**policy(), "metadata": {"name": "p", "namespace": "a.b"}}, "no namespace"),
        (policy(ingress=[{"ports": [{"port": "80"}]}]), "write 80, unquoted"),
        (policy(ingress=[{"ports": [{"port": "a-name-too-long-for-it"}]}]), "no port's name"),
        (policy(ingress=[{"ports": [{"port": "HTTP"}]}]), "no port's name"),
        (pod("web", containers=[{"ports": [{"containerPort": 80, "name": "Http_1"}]}]), "no port's name"),
    ],
)
def test_what_the_api_refuses_is_refused(manifest: Manifest, said: str) -> None:
    assert said in problem(manifest)


_ACCOUNT = "io.cilium.k8s.policy.serviceaccount"


@pytest.mark.parametrize("key", [_ACCOUNT, f"k8s:{_ACCOUNT}", f"any:{_ACCOUNT}"])
def test_cilium_knows_service_accounts_as_labels_of_peers_and_of_subjects(key: str) -> None:
    alice, bob = pod("a", serviceAccountName="alice"), pod("b", labels={_ACCOUNT: "alice"})
    selector = {"matchLabels": {key: "alice"}}
    peer = cluster(alice, bob, pod("web"), cilium("p", {}, ingress=[{"fromEndpoints": [selector]}]))
    assert verdicts(peer, "shop/a", "shop/web") == {"allowed"}
    assert verdicts(peer, "shop/b", "shop/web") == {"denied"}
    subject = cluster(alice, bob, pod("web"), cilium("p", selector, ingress=[]))
    assert verdicts(subject, "shop/web", "shop/b") == {"allowed"}


@pytest.mark.parametrize(
    "label", ["io.cilium.k8s.policy.cluster", "k8s:io.cilium.k8s.policy.cluster", "k8s:io.kubernetes.pod.uid"]
)
def test_other_labels_that_cilium_adds_are_refused(label: str) -> None:
    selector = {"matchLabels": {label: "x"}}
    assert "a label that Cilium adds" in problem(cilium("p", selector, ingress=[{}]))
    assert "a label that Cilium adds" in problem(cilium("p", {}, ingress=[{"fromEndpoints": [selector]}]))


def test_a_selector_of_cilium_s_own_namespace_label_is_no_label_of_pods() -> None:
    selector = {"matchLabels": {"k8s:io.kubernetes.pod.namespace": "mon"}}
    given = cluster(pod("web"), pod("prom", "mon"), cilium("p", {}, ingress=[{"fromEndpoints": [selector]}]))
    assert verdicts(given, "mon/prom", "shop/web") == {"allowed"}
    assert "of its own namespace" in problem(cilium("p", selector, ingress=[{}]))


@pytest.mark.parametrize(
    "cidr",
    [
        "10.0.0.0/255.0.0.0",
        "fe80::1%eth0/64",
        "::ffff:10.0.0.0/104",
        "10.0.0.0/+8",
        " 10.0.0.0/8",
        "010.0.0.0/8",
    ],
)
def test_a_range_that_go_reads_otherwise_is_refused(cidr: str) -> None:
    assert "ipBlock.cidr" in problem(policy(ingress=[{"from": [{"ipBlock": {"cidr": cidr}}]}]))


def test_bits_beyond_the_prefix_mean_nothing() -> None:
    rule = policy(pods={"app": "db"}, ingress=[{"from": [{"ipBlock": {"cidr": "10.1.2.3/8"}}]}])
    given = cluster(pod("web", address="10.9.9.9"), pod("db"), rule)
    assert verdicts(given, "shop/web", "shop/db") == {"allowed"}


@pytest.mark.parametrize(
    "status",
    [{"podIP": "10.0.0.0/24"}, {"podIPs": [{"ip": "10.0.0.0/24"}]}, {"podIP": "10.0.0.300"}, {"podIP": "a"}],
)
def test_what_is_no_address_of_a_pod_is_refused(status: Manifest) -> None:
    assert "status.podIP" in problem({**pod("web"), "status": status})


def test_digits_of_other_scripts_are_no_port() -> None:
    ports = [{"ports": [{"port": "٨٠"}]}]
    assert "no port's name" in problem(cilium("p", {}, ingress=[{"toPorts": ports}]))


@pytest.mark.parametrize("name", ["a\nb", "a\x1b[31mb", "a\u2028b", "a\rb"])
def test_a_problem_is_one_line_whatever_an_object_calls_itself(name: str) -> None:
    said = problem(pod(name))
    assert said.isprintable()
    assert "no name" in said
