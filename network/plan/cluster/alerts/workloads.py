"""Alerts of what runs in the cluster, the platform's and the applications' alike."""

from network.plan.model.owners import owned
from network.plan.model.rules import Alert

DASHBOARD = "network-services"

_MISSING = {
    "deployment": ("kube_deployment_spec_replicas", "kube_deployment_status_replicas_available"),
    "daemonset": ("kube_daemonset_status_desired_number_scheduled", "kube_daemonset_status_number_available"),
    "statefulset": ("kube_statefulset_replicas", "kube_statefulset_status_replicas_ready"),
}
"""What is wanted and what there is, by kind."""

_AUTOSCALER = "kube_horizontalpodautoscaler"


def _missing() -> str:
    return " or ".join(
        f'label_replace({wanted} - {present}, "workload", "$1", "{kind}", "(.+)")'
        for kind, (wanted, present) in _MISSING.items()
    )


ALERTS = (
    Alert(
        "PodCrashing",
        owned(
            "max by (namespace, pod, container) "
            '(max_over_time(kube_pod_container_status_waiting_reason{reason="CrashLoopBackOff"}[5m])) == 1'
        ),
        "5m",
        "warning",
        "Container {{ $labels.container }} of {{ $labels.namespace }}/{{ $labels.pod }} does not stay up",
        "It has ended again and again for at least five minutes; Kubernetes waits longer before each new "
        "start.",
        DASHBOARD,
    ),
    Alert(
        "ReplicasMissing",
        owned(f"max by (namespace, workload) ({_missing()}) > 0"),
        "10m",
        "warning",
        "{{ $labels.namespace }}/{{ $labels.workload }} runs with fewer replicas than it should",
        "{{ $value }} of its replicas have not been available for at least ten minutes: they find no node, "
        "do not "
        "start or are not ready.",
        DASHBOARD,
    ),
    Alert(
        "AutoscalerAtMaximum",
        owned(
            f"max by (namespace, horizontalpodautoscaler) ({_AUTOSCALER}_status_desired_replicas) "
            f">= max by (namespace, horizontalpodautoscaler) ({_AUTOSCALER}_spec_max_replicas) "
            f"and max by (namespace, horizontalpodautoscaler) "
            f"({_AUTOSCALER}_spec_max_replicas > {_AUTOSCALER}_spec_min_replicas)"
        ),
        "15m",
        "warning",
        "{{ $labels.namespace }}/{{ $labels.horizontalpodautoscaler }} cannot grow any further: more load "
        "makes it "
        "slower",
        "Its autoscaler has wanted {{ $value }} replicas, which are as many as it may, for at least 15 "
        "minutes.",
        DASHBOARD,
    ),
)
