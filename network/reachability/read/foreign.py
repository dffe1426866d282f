"""Kinds of other controllers: where they hold their pods, which labels they add, and what only they know.

A template of pods (a PodTemplateSpec) is one wherever it stands, so it is looked for, not listed by kind.
Where there is none, an object may make pods all the same, of labels that nobody but its controller knows:
that is told as unknown.

Sources: the controllers' own code, where a label has no domain of theirs: knative.dev/serving
pkg/reconciler/revision/resources/meta.go, openshift/api apps/v1, argoproj/argo-rollouts
utils/annotations, kubeflow/trainer pkg/apis/kubeflow.org/v1.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

Path = tuple[str | int, ...]
"""Keys of mappings and numbers of items, from the object down."""

_DEEPEST = 12
_POLICY_ENGINES = re.compile(r"kyverno|gatekeeper|kubewarden|polic")
"""Their objects hold parts of others, to compare with or to change."""
_NOT_ITS_OWN = re.compile(r"pattern|patch|overlay|mutat|validat|^values", re.IGNORECASE)
_USED_BY_OTHERS = re.compile(r"(Template|Runtime|Class)$|^(Task|ClusterTask|Pipeline|StepAction)$")
"""These say how pods are made when something else asks for it."""

_MAKERS: Mapping[str, tuple[str, ...]] = {
    "argoproj.io": ("Workflow", "CronWorkflow", "EventSource", "Sensor", "EventBus", "AnalysisRun", "ArgoCD"),
    "tekton.dev": ("TaskRun", "PipelineRun", "EventListener"),
    "coreos.com": ("Prometheus", "PrometheusAgent", "Alertmanager", "ThanosRuler"),
    "kubevirt.io": ("VirtualMachine", "VirtualMachineInstance", "VirtualMachinePool"),
    "strimzi.io": ("Kafka", "KafkaNodePool", "KafkaConnect", "KafkaBridge", "KafkaMirrorMaker2"),
    "cnpg.io": ("Cluster", "Pooler"),
    "zalan.do": ("postgresql",),
    "crunchydata.com": ("PostgresCluster", "PGAdmin"),
    "elastic.co": ("Elasticsearch", "Kibana", "Logstash", "Beat", "Agent", "ApmServer"),
    "rabbitmq.com": ("RabbitmqCluster",),
    "mongodb.com": ("MongoDBCommunity", "MongoDB"),
    "openshift.io": ("BuildConfig", "Build"),
    "knative.dev": ("ContainerSource", "PingSource", "ApiServerSource", "KnativeServing", "KnativeEventing"),
    "k8s.io": ("SparkApplication", "ScheduledSparkApplication", "Sandbox"),
    "apache.org": ("FlinkDeployment", "SolrCloud"),
    "kserve.io": ("InferenceService",),
}
"""Some kinds that make pods of labels of their own, by the last two parts of their group."""
_OF_PODS = frozenset(
    (
        *("containers", "initContainers", "podTemplate", "podTemplateSpec", "podMetadata", "podSpec"),
        *("image", "imagePullSecrets", "imagePullPolicy", "tolerations", "affinity", "podSecurityContext"),
        *("steps", "serviceAccountName"),
    )
)
"""Fields by which an object of any kind shows that it makes pods."""
_SHALLOW = 4
"""How deep these stand, `spec` counted."""

_ADDED: Mapping[str, tuple[str, ...]] = {
    "serving.knative.dev": ("app",),
    "apps.openshift.io": ("deployment",),
    "argoproj.io": ("rollouts-pod-template-hash",),
    "kubeflow.org": ("group-name", "job-role", "replica-index", "replica-type", "job-name"),
}
"""Labels that controllers of a group add, whose keys have no domain of theirs."""
_OF_BUILT_IN = frozenset(
    (
        *("pod-template-hash", "controller-revision-hash", "pod-template-generation"),
        *("job-name", "controller-uid", "batch.kubernetes.io/job-name", "batch.kubernetes.io/controller-uid"),
        *("batch.kubernetes.io/job-completion-index", "apps.kubernetes.io/pod-index"),
        "statefulset.kubernetes.io/pod-name",
    )
)
"""Most controllers make their pods by way of Kubernetes' own, which add these."""
_NAMED_AFTER: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("Service", "serving.knative.dev"): ("serving.knative.dev/service", "serving.knative.dev/configuration"),
    ("Configuration", "serving.knative.dev"): ("serving.knative.dev/configuration",),
    ("Revision", "serving.knative.dev"): ("serving.knative.dev/revision",),
    ("DeploymentConfig", "apps.openshift.io"): ("deploymentconfig",),
}
"""Labels that these controllers add, with the object's name."""


def templates(manifest: Mapping[str, Any], kind: str, group: str) -> list[Path]:
    """Return where an object holds the pods that it makes; nothing if it is only used by others."""
    if _POLICY_ENGINES.search(group) or _USED_BY_OTHERS.search(kind):
        return []
    if (kind, group) == ("Revision", "serving.knative.dev"):
        return [()]
    return list(_templates(manifest.get("spec"), ("spec",)))


def _templates(here: Any, path: Path) -> Iterator[Path]:
    if len(path) > _DEEPEST:
        return
    if isinstance(here, list):
        for index, each in enumerate(here):
            yield from _templates(each, (*path, index))
    elif isinstance(here, dict) and not _is_object(here):
        for key, value in here.items():
            if not isinstance(key, str) or _NOT_ITS_OWN.search(key):
                continue
            if key.lower().endswith("template") and _is_template(value):
                yield (*path, key)
            else:
                yield from _templates(value, (*path, key))


def _is_template(value: Any) -> bool:
    spec = value.get("spec") if isinstance(value, dict) else None
    return isinstance(spec, dict) and isinstance(spec.get("containers"), list)


def makes_pods(manifest: Mapping[str, Any], kind: str, group: str) -> bool:
    """Say whether an object without a template makes pods, as far as its kind or its fields show."""
    if _POLICY_ENGINES.search(group) or _USED_BY_OTHERS.search(kind) or kind.startswith("Image"):
        return False
    return kind in _MAKERS.get(_domain(group), ()) or _shows_pods(manifest.get("spec"), 1)


def _shows_pods(here: Any, depth: int) -> bool:
    if depth > _SHALLOW:
        return False
    if isinstance(here, list):
        return any(_shows_pods(each, depth + 1) for each in here)
    if not isinstance(here, dict):
        return False
    return not _OF_PODS.isdisjoint(here) or any(
        _shows_pods(value, depth + 1)
        for key, value in here.items()
        if isinstance(key, str) and not _NOT_ITS_OWN.search(key)
    )


def may_add(group: str, key: str) -> bool:
    """Say whether the controllers of a group may add a label to their pods."""
    prefix, slash, _ = key.rpartition("/")
    if key in _OF_BUILT_IN or key in _ADDED.get(group, ()):
        return True
    return bool(slash) and (
        _domain(prefix) == _domain(group) != "k8s.io" or prefix.partition(".")[0] == group.partition(".")[0]
    )


def labels_of_name(kind: str, group: str, name: str) -> Mapping[str, str]:
    """Return the labels that a controller adds with the object's name."""
    return dict.fromkeys(_NAMED_AFTER.get((kind, group), ()), name)


def held(here: Any, depth: int = 0) -> Iterator[tuple[str, str]]:
    """Yield kind and version of whole objects that an object holds, to make them some day."""
    if depth > _DEEPEST:
        return
    if isinstance(here, list):
        for each in here:
            yield from held(each, depth + 1)
    elif isinstance(here, dict):
        if depth and _is_object(here):
            yield here["kind"], here["apiVersion"]
        for key, value in here.items():
            if depth or key not in ("metadata", "status"):
                yield from held(value, depth + 1)


_REFERENCE = frozenset(
    (
        *("apiVersion", "kind", "name", "namespace", "uid", "resourceVersion", "fieldPath", "controller"),
        *("blockOwnerDeletion", "group", "sectionName", "port", "weight", "envSourceContainerName"),
    )
)
"""What only names an object has no more than these."""


def _is_object(here: Mapping[Any, Any]) -> bool:
    """Say whether it is a whole object, and no name of one."""
    told = (here.get("kind"), here.get("apiVersion"))
    return all(isinstance(each, str) for each in told) and not here.keys() <= _REFERENCE


def _domain(name: str) -> str:
    return ".".join(name.split(".")[-2:])
