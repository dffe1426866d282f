"""Room for more load (ING-6)."""

from network.diagnosis.facts import Facts
from network.diagnosis.walk import Link, Outcome

_AUTOSCALER = "kubectl describe hpa -n traefik traefik"


def ingress(most: int) -> Link:
    """Return the link of Traefik's autoscaler."""

    def judge(facts: Facts) -> Outcome:
        scaler = facts.objects.get("HorizontalPodAutoscaler", "traefik", "traefik")
        if scaler is None:
            return Outcome(
                "there is no HorizontalPodAutoscaler traefik/traefik", _AUTOSCALER, "pulumi up --refresh"
            )
        status = scaler.get("status", {})
        for each in status.get("conditions", ()):
            if each["type"] == "ScalingActive" and each["status"] == "False":
                return Outcome(
                    f"it does not scale: {each.get('message', '')}", _AUTOSCALER, "kubectl get apiservices"
                )
            if (
                each["type"] == "ScalingLimited"
                and each["status"] == "True"
                and each.get("reason") == "TooManyReplicas"
            ):
                return Outcome(f"it wants more than {most} replicas", _AUTOSCALER, "network addresses")
        return Outcome(f"{status.get('currentReplicas', 0)} of at most {most} replicas", _AUTOSCALER)

    return Link(
        "ingress-scale",
        "traefik/traefik",
        f"scales, up to {most} replicas",
        judge,
        "ingress.scale.maxReplicas",
    )
