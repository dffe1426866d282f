"""Inputs and outputs of digitalocean.KubernetesCluster."""

from lab.cloud.plugin import checks
from lab.cloud.plugin.fields import BOOLEAN, INTEGER, NUMBER, STRING, list_of, object_of, set_of
from lab.cloud.plugin.resources.pools import POOL, POOL_OUTPUTS

_DAYS = ("any", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_SWITCH = object_of({"enabled": BOOLEAN.but(required=True)}, computed=True)

SWITCHES = (
    "amdGpuDeviceMetricsExporterPlugin",
    "amdGpuDevicePlugin",
    "amdGpuDraDriver",
    "corednsAutoscaler",
    "nfsCsiPlugin",
    "nvidiaGpuDevicePlugin",
    "nvidiaGpuDraDriver",
    "p2pOciRegistryPlugin",
    "rdmaSharedDevicePlugin",
    "routingAgent",
)
"""Add-ons; their state is the cloud's where the program says nothing."""

INPUTS = {
    "name": STRING.but(check=checks.not_empty),
    # The API's slugs are in small letters; the plugin compares them so.
    "region": STRING.but(
        required=True,
        replaces=True,
        check=checks.not_empty,
        same=lambda old, new, _: old == new.lower(),
    ),
    "version": STRING.but(required=True, check=checks.not_empty),
    "nodePool": object_of(
        # `name` is only made up for resources, not for blocks.
        {
            **POOL,
            "name": POOL["name"].but(required=True),
            "id": STRING.but(computed=True),
            **{key: field.but(computed=True) for key, field in POOL_OUTPUTS.items()},
        },
        required=True,
    ),
    "vpcUuid": STRING.but(computed=True, replaces=True),
    "workerSubnetUuid": STRING.but(computed=True, replaces=True),
    "clusterSubnet": STRING.but(computed=True, replaces=True, check=checks.cidr),
    "serviceSubnet": STRING.but(computed=True, replaces=True, check=checks.cidr),
    "isolatedWorkers": BOOLEAN.but(replaces=True),
    "ha": BOOLEAN.but(computed=True),
    "autoUpgrade": BOOLEAN,
    "surgeUpgrade": BOOLEAN.but(default=True),
    "registryIntegration": BOOLEAN,
    "destroyAllAssociatedResources": BOOLEAN.but(default=False),
    "kubeconfigExpireSeconds": INTEGER.but(check=checks.at_least(0)),
    "tags": set_of(STRING.but(check=checks.tag)),
    "maintenancePolicy": object_of(
        {
            "day": STRING.but(computed=True, check=checks.one_of(_DAYS, ignore_case=True)),
            "startTime": STRING.but(computed=True),
            "duration": STRING.but(computed=True),
        },
        computed=True,
    ),
    "controlPlaneFirewall": object_of(
        {
            "enabled": BOOLEAN.but(required=True),
            "allowedAddresses": list_of(STRING, required=True),
        },
        computed=True,
    ),
    # Not computed: one that the API answers and the program does not know is planned away at each `up`.
    "clusterAutoscalerConfigurations": list_of(
        object_of(
            {
                "expanders": list_of(STRING),
                "scaleDownUnneededTime": STRING,
                "scaleDownUtilizationThreshold": NUMBER,
            }
        )
    ),
    "ssos": list_of(
        object_of(
            {
                "enabled": BOOLEAN.but(required=True),
                "required": BOOLEAN.but(computed=True),
                "clientId": STRING.but(computed=True),
                "issuerUrl": STRING.but(computed=True),
            }
        ),
        computed=True,
    ),
    **dict.fromkeys(SWITCHES, _SWITCH),
}

_CREDENTIALS = (
    "clientCertificate",
    "clientKey",
    "clusterCaCertificate",
    "expiresAt",
    "host",
    "rawConfig",
    "token",
)

OUTPUTS = {
    "clusterUrn": STRING,
    "createdAt": STRING,
    "endpoint": STRING,
    "ipv4Address": STRING,
    "kubeConfigs": list_of(object_of(dict.fromkeys(_CREDENTIALS, STRING)), secret=True),
    "status": STRING,
    "updatedAt": STRING,
}
