"""Configurations that are valid and deserve a warning: patches as in the corpus."""

from typing import Any

WARNED: dict[str, dict[str, Any]] = {
    "pods on a range that DigitalOcean reserves elsewhere": {
        "set": {"network:cluster": {"podRange": "10.244.0.0/16"}},
        "expect": {"network:cluster.podRange": "unverified on DOKS | 192.168.0.0/20"},
    },
    "a Service range larger than any known to work": {
        "set": {"network:cluster": {"serviceRange": "10.64.0.0/16"}},
        "expect": {"network:cluster.serviceRange": "unverified on DOKS | 192.168.16.0/22"},
    },
    "Services where default VPCs lie": {
        "set": {"network:cluster": {"serviceRange": "10.110.0.0/22"}},
        "expect": {"network:cluster.serviceRange": "default VPCs of an account"},
    },
    "a certificate that the wildcard covers": {
        "set": {"network:certificates": {"named": {"shop": {"dnsNames": ["shop.dev.k8s.webgrip.nl"]}}}},
        "expect": {"network:certificates.named.shop": "the wildcard certificate covers all"},
    },
    "a CDN that clients can go around": {
        "set": {"network:ingress": {"cdnRanges": ["198.51.100.0/24"]}},
        "expect": {"network:ingress.loadBalancer.sourceRanges": "go around the CDN | list cdnRanges"},
    },
    "more replicas than nodes": {
        "set": {"network:ingress": {"scale": {"minReplicas": 4}}},
        "expect": {"network:ingress.scale.minReplicas": "4 replicas share 2 node(s)"},
    },
    "more replicas than the load balancer feeds": {
        "set": {"network:ingress": {"scale": {"maxReplicas": 50}}},
        "expect": {"network:ingress.loadBalancer.sizeUnit": "more than the load balancer passes"},
    },
    "surge upgrades switched off": {
        "set": {"network:cluster": {"surgeUpgrade": False}},
        "expect": {"network:cluster.surgeUpgrade": "`false` is never sent"},
    },
    "policies of production that only report": {
        "base": "prod",
        "set": {"network:applications": {"shop": {"policies": "report"}}},
        "expect": {
            "network:applications.shop.policies": "nothing isolates the pods | declare what is needed"
        },
    },
    "passwords that open nothing": {
        "set": {"network:basicAuthUsers": {"former": "x:$2y$10$" + "." * 53}},
        "expect": {"network:basicAuthUsers.former": "no basicAuth middleware uses it"},
    },
    "a middleware in no chain": {
        "set": {"network:traffic": {"middlewares": {"extra": {"addPrefix": {"prefix": "/a"}}}}},
        "expect": {"network:traffic.middlewares.extra": "no chain uses it"},
    },
    "a middleware that requests pass twice": {
        "set": {
            "network:traffic": {"chains": {"shop": ["per-client"]}},
            "network:applications": {"shop": {"routes": {"shop": {"chain": "shop"}}}},
        },
        "expect": {"network:traffic.chains.shop[0]": "requests pass per-client twice"},
    },
}
