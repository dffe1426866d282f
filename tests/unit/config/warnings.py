"""Configurations that are valid and deserve a warning: patches as in the corpus."""

from pathlib import Path
from typing import Any

import yaml

from network.config.secrets import KEY_PLACEHOLDER

OFFICE_ONLY = "network:traffic.middlewares.office-only.ipAllowList.sourceRange"

EVERYTHING = yaml.safe_load((Path(__file__).parents[2] / "everything.yaml").read_text())
BOUGHT = EVERYTHING["network:certificates"]["bought"]["sold"]["pem"]
"""For www.bought.example, until 2126."""
ENDED = """
-----BEGIN CERTIFICATE-----
MIIBXDCCAQOgAwIBAgIUfUYdF/Jd2iU0wHlVa+cvQAsJgIQwCgYIKoZIzj0EAwIw
HTEbMBkGA1UEAwwSU29tZWJvZHkgd2hvIHNlbGxzMB4XDTE5MDEwMTAwMDAwMFoX
DTIwMDEwMTAwMDAwMFowHTEbMBkGA1UEAwwSb2xkLmJvdWdodC5leGFtcGxlMFkw
EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEI0NvlLC8Ds3pjPlcHyMrT9r7Arm9KvBt
f04ovg/GtoM+rzDEnsdWqvjq56F6KIAiGdVKP/2WoqoUDBL1JcRNGqMhMB8wHQYD
VR0RBBYwFIISb2xkLmJvdWdodC5leGFtcGxlMAoGCCqGSM49BAMCA0cAMEQCIBOu
t0mUm+L0keagS8KWzpL5sVGQrkdAy+6t0N4DUsXfAiAq4kz4mDHGcRdM2WAQ62Be
5DSYu+bLw/Egt/MZnNAW0Q==
-----END CERTIFICATE-----
"""
"""For old.bought.example, until 2020."""
OF_THE_ZONE = """
-----BEGIN CERTIFICATE-----
MIIBdTCCARugAwIBAgIUa+U0k7Jz1BqTqrOQILbp9gPzKnQwCgYIKoZIzj0EAwIw
HTEbMBkGA1UEAwwSU29tZWJvZHkgd2hvIHNlbGxzMCAXDTE5MDEwMTAwMDAwMFoY
DzIxMjYwMTAxMDAwMDAwWjAdMRswGQYDVQQDDBJkZXYuazhzLndlYmdyaXAubmww
WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQjfAHr3aM7+SSgH9Lf3Jp1OuUd2qPv
SftLKvxm0rQ/1PLfNLDRqbL9puaek5TNM3WBPta3OV9aEo8d80VuRgtLozcwNTAz
BgNVHREELDAqghJkZXYuazhzLndlYmdyaXAubmyCFCouZGV2Lms4cy53ZWJncmlw
Lm5sMAoGCCqGSM49BAMCA0gAMEUCIQC8rErg0Pfd45Zh7aFktGA9FLo8Pu/46n6i
5P4OFazJiwIgbr6/3+nzZ7/azMUn3VtJjP9Xwtv24lSuq+d0uF33uRw=
-----END CERTIFICATE-----
"""
"""For the zone of the dev stack and its wildcard."""

WARNED: dict[str, dict[str, Any]] = {
    "a key without a certificate": {
        "set": {"network:certificateKeys": {"old": KEY_PLACEHOLDER}},
        "expect": {"network:certificateKeys.old": "no certificate of certificates.bought | pulumi config rm"},
    },
    "a vpn without peers, and a destination that nobody reaches": {
        "set": {
            "network:vpn": {
                "range": "100.64.0.0/24",
                "destinations": {"database": {"range": "10.0.7.0/28", "ports": [5432]}},
            }
        },
        "expect": {
            "network:vpn.peers": "costs by the month | add a peer, or remove vpn",
            "network:vpn.destinations.database": "no peer reaches it | name it in a peer's reaches",
        },
    },
    "a certificate that has ended": {
        "set": {
            "network:certificates": {"bought": {"old": {"pem": ENDED}, "sold": {"pem": BOUGHT}}},
            "network:certificateKeys": {"old": KEY_PLACEHOLDER, "sold": KEY_PLACEHOLDER},
        },
        "expect": {"network:certificates.bought.old.pem": "it ended on 2020-01-01 | put the next one"},
    },
    "a certificate whose authority may issue no other": {
        "set": {
            "network:certificates": {"wildcard": False, "bought": {"zone": {"pem": OF_THE_ZONE}}},
            "network:certificateKeys": {"zone": KEY_PLACEHOLDER},
        },
        "expect": {
            "network:certificates.bought.zone.pem": "Let's Encrypt alone issue for dev.k8s.webgrip.nl | "
            "publish: false"
        },
    },
    "a delegation that no certificate needs": {
        "set": {"network:certificates": {"dns01": {"delegatedZones": ["shop.example"]}}},
        "expect": {
            "network:certificates.dns01.delegatedZones[0]": "no certificate has a name in it | remove it"
        },
    },
    "an internal load balancer that leads nowhere": {
        "set": {"network:ingress": {"internalLoadBalancer": {"name": "network-dev-internal"}}},
        "expect": {"network:ingress.internalLoadBalancer": "costs by the month | remove it"},
    },
    "an allow list of a VPN before the internet": {
        "set": {"network:applications": {"shop": {"routes": {"shop": {"chain": "internal"}}}}},
        "expect": {
            OFFICE_ONLY: "on the way to shop.shop nobody is 10.250.0.0/24: clients of the public load "
            "balancer have public addresses",
            "network:traffic.chains.internal[0]": "twice",
        },
    },
    "an allow list of a VPN before the internal load balancer": {
        "set": {
            "network:external": {"dns": {"hosts": [], "internalHosts": ["shop"]}},
            "network:ingress": {"internalLoadBalancer": {"name": "network-dev-internal"}},
            "network:applications": {
                "shop": {"routes": {"shop": {"chain": "internal", "loadBalancer": "internal"}}}
            },
        },
        "expect": {
            OFFICE_ONLY: "those of a VPN their bastion's",
            "network:traffic.chains.internal[0]": "twice",
        },
    },
    "a port behind which nobody answers": {
        "set": {"network:ingress": {"entryPoints": {"ssh": {"port": 22}}}},
        "expect": {"network:ingress.entryPoints.ssh": "no tcpRoute or udpRoute uses it | remove it"},
    },
    "pods on a range that DigitalOcean reserves elsewhere": {
        "set": {"network:cluster": {"podRange": "10.244.0.0/16"}},
        "expect": {"network:cluster.podRange": "unverified on DOKS | 192.168.0.0/20"},
    },
    "pods on a range that DigitalOcean keeps from VPCs": {
        "set": {"network:cluster": {"podRange": "10.229.0.0/16"}},
        "expect": {"network:cluster.podRange": "reserves 10.229.0.0/16 from VPCs | 192.168.0.0/20"},
    },
    "pods on the default of clusters that are not VPC-native": {
        "set": {"network:cluster": {"podRange": "10.245.0.0/20"}},
        "expect": {"network:cluster.podRange": "not VPC-native | 192.168.0.0/20"},
    },
    "Services on the default of clusters that are not VPC-native": {
        "set": {"network:cluster": {"serviceRange": "10.245.0.0/22"}},
        "expect": {"network:cluster.serviceRange": "not VPC-native | 192.168.16.0/22"},
    },
    "pods where DigitalOcean has its own in this region": {
        "set": {"network:cluster": {"podRange": "10.18.0.0/16"}},
        "expect": {"network:cluster.podRange": "reserves 10.18.0.0/16 in ams3 | cannot be changed later"},
    },
    "an adopted zone that gets records which nobody named": {
        "set": {"network:external": {"dns": {"mode": "adopt"}}},
        "expect": {
            "network:external.dns.apex": "gets an address | `apex: false`",
            "network:external.dns.wildcard": "every name without a record | `wildcard: false`",
            "network:external.dns.caa": "others' included | publish: false",
        },
    },
    "an adopted further zone that gets records which nobody named": {
        "set": {
            "network:external": {
                "dns": {"furtherZones": {"shop": {"zone": "shop.example", "mode": "adopt", "apex": False}}}
            }
        },
        "expect": {
            "network:external.dns.furtherZones.shop.wildcard": "zone shop.example | wildcard: false",
            "network:external.dns.furtherZones.shop.caa": "any name below shop.example | publish: false",
        },
    },
    "a host of a further zone that its wildcard answers for, asked from inside": {
        "set": {
            "network:external": {"dns": {"furtherZones": {"shop": {"zone": "shop.example"}}}},
            "network:applications": {
                "shop": {
                    "externalServices": {"erp": {"host": "erp.shop.example"}},
                    "routes": {"erp": {"host": "old.dev.k8s.webgrip.nl", "service": "erp"}},
                }
            },
        },
        "expect": {
            "network:applications.shop.externalServices.erp.host": "unless shop.example has a record",
        },
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
    "a limit that each replica counts for itself": {
        "set": {"network:traffic": {"middlewares": {"per-client": {"rateLimit": {"shared": None}}}}},
        "expect": {
            "network:traffic.middlewares.per-client.rateLimit": "each of 2 to 5 replicas counts for itself: "
            "up to 500 requests | network:traffic.redis"
        },
    },
    "a Redis on which every request depends": {
        "set": {
            "network:traffic": {
                "redis": {"application": "shop", "workload": "web", "port": "http"},
                "middlewares": {"per-client": {"rateLimit": {"shared": True}}},
            }
        },
        "expect": {
            "network:traffic.middlewares.per-client.rateLimit": "while Redis is down, | single routes"
        },
    },
    "a Redis that counts nothing": {
        "set": {
            "network:traffic": {"redis": {"application": "shop", "workload": "web", "port": 8080}},
        },
        "expect": {"network:traffic.redis": "no rate limit is shared"},
    },
    "a password of no Redis": {
        "set": {"network:redisPassword": "secret"},
        "expect": {"network:redisPassword": "no network:traffic.redis needs it"},
    },
    "a burst that comes back sooner than the average allows": {
        "set": {
            "network:traffic": {
                "middlewares": {
                    "guesses": {
                        "rateLimit": {
                            "average": 5,
                            "period": "1m",
                            "burst": 5,
                            "shared": False,
                            "sourceCriterion": {"ipStrategy": {}},
                        }
                    }
                },
                "chains": {"internal": ["security-headers", "guesses", "admins"]},
            }
        },
        "expect": {
            "network:traffic.middlewares.guesses.rateLimit.burst": "forgets a source after 13 s of silence "
            "| set 1 or less"
        },
    },
    "clients that share the address of their CDN": {
        "set": {"network:ingress": {"cdnRanges": ["203.0.113.0/24"]}},
        "expect": {
            "network:traffic.middlewares.per-client.rateLimit.sourceCriterion.ipStrategy": "come from the",
            "network:traffic.middlewares.office-only.ipAllowList.ipStrategy": "the CDN | `depth: 1`",
        },
    },
    "a retry that counts twice": {
        "set": {
            "network:traffic": {
                "middlewares": {
                    "again": {"retry": {"attempts": 3}},
                    "busy": {"inFlightReq": {"amount": 9, "sourceCriterion": {"requestHost": True}}},
                },
                "chains": {"shop": ["again", "busy"]},
            }
        },
        "expect": {"network:traffic.chains.shop[1]": "each try of a request passes it again | behind it"},
    },
    "answers that are tried again after they have begun": {
        "set": {"network:traffic": {"middlewares": {"again": {"retry": {"attempts": 3, "status": ["502"]}}}}},
        "expect": {"network:traffic.middlewares.again.retry.status": "the client sees 200 | failover"},
    },
    "bodies too large to be tried again": {
        "set": {
            "network:traffic": {
                "middlewares": {
                    "again": {"retry": {"attempts": 3, "status": ["502"]}},
                    "sizes": {"buffering": {"maxRequestBodyBytes": 10_000_000}},
                },
                "chains": {"shop": ["sizes", "again"]},
            }
        },
        "expect": {"network:traffic.chains.shop[1]": "more than 2097152 bytes are let in"},
    },
    "passwords that may be guessed without limit": {
        "set": {"network:traffic": {"defaultChain": "plain", "chains": {"plain": ["admins"]}}},
        "expect": {"network:traffic.chains.plain[0]": "tried without limit | rateLimit"},
    },
    "a header that clients choose": {
        "set": {
            "network:traffic": {
                "middlewares": {
                    "per-key": {
                        "rateLimit": {
                            "average": 5,
                            "burst": 10,
                            "shared": False,
                            "sourceCriterion": {"requestHeaderName": "X-Api-Key"},
                        }
                    }
                },
                "chains": {"shop": ["per-key"]},
            }
        },
        "expect": {"network:traffic.chains.shop[0]": "clients choose X-Api-Key themselves | forwardAuth"},
    },
    "a host of the zone that only the wildcard record leads to": {
        "set": {
            "network:applications": {
                "shop": {
                    "talksTo": {
                        "web": [{"host": "db.dev.k8s.webgrip.nl", "port": 5432, "reason": "its database"}]
                    }
                }
            }
        },
        "expect": {
            "network:applications.shop.talksTo.web[0].host": "wildcard record leads to | record of its own"
        },
    },
    "a port called grpc that is spoken to by HTTP/1.1": {
        "set": {
            "network:applications": {
                "api": {
                    "workloads": {"g": {"labels": {"app": "g"}, "ports": {"grpc": {"port": 9090}}}},
                    "routes": {"g": {"host": "g.dev.k8s.webgrip.nl", "workload": "g", "port": "grpc"}},
                }
            }
        },
        "expect": {"network:applications.api.workloads.g.ports.grpc": "speaks HTTP/1.1 | `scheme: h2c`"},
    },
    "copies without the bodies that they announce": {
        "set": {
            "network:applications": {
                "shop": {
                    "services": {
                        "copied": {
                            "mirroring": {
                                "workload": "web",
                                "port": "http",
                                "mirrorBody": False,
                                "mirrors": [{"workload": "web-canary", "port": "http", "percent": 5}],
                            }
                        }
                    }
                }
            }
        },
        "expect": {
            "network:applications.shop.services.copied.mirroring.mirrorBody": "Content-Length | GET, HEAD"
        },
    },
    "a login that sees another path": {
        "set": {
            "network:traffic": {
                "middlewares": {
                    "strip": {"stripPrefix": {"prefixes": ["/app"]}},
                    "sso": {"forwardAuth": {"address": "https://auth.example.org/verify"}},
                },
                "chains": {"app": ["strip", "sso"]},
            }
        },
        "expect": {"network:traffic.chains.app[1]": "X-Forwarded-Uri | put it before strip"},
    },
    "a redirect to plain HTTP elsewhere": {
        "set": {
            "network:traffic": {
                "middlewares": {
                    "m": {
                        "redirectRegex": {"regex": "^https://[^/]+/x", "replacement": "http://a.example.org/"}
                    }
                },
                "chains": {"app": ["m"]},
            }
        },
        "expect": {"network:traffic.middlewares.m.redirectRegex.replacement": "in plain text | `https://a"},
    },
    "kubelets by the range of the VPC": {
        "set": {
            "network:applications": {
                "shop": {
                    "talksTo": {
                        "web": [{"range": "10.0.0.0/16", "port": 10250, "reason": "scrapes kubelets"}]
                    }
                }
            }
        },
        "expect": {
            "network:applications.shop.talksTo.web[0].range": "a range reaches no node | `entity: nodes`"
        },
    },
    "a login that every route is behind": {
        "set": {
            "network:traffic": {
                "middlewares": {
                    "sso": {"forwardAuth": {"application": "auth", "workload": "proxy", "port": "http"}}
                },
                "chains": {"public": ["security-headers", "per-client", "sso"]},
            },
            "network:applications": {
                "auth": {
                    "workloads": {"proxy": {"labels": {"app": "proxy"}, "ports": {"http": {"port": 4180}}}},
                    "routes": {
                        "login": {"host": "auth.dev.k8s.webgrip.nl", "workload": "proxy", "port": "http"}
                    },
                }
            },
        },
        "expect": {"network:applications.auth.routes.login": "nobody can log in | set `defaultChain: false`"},
    },
    "streams that wait for their own end": {
        "set": {
            "network:applications": {
                "shop": {
                    "buffering": {"maxRequestBodyBytes": 1000},
                    "workloads": {"web": {"ports": {"grpc": {"port": 9090, "scheme": "h2c"}}}},
                    "routes": {
                        "grpc": {"host": "grpc.dev.k8s.webgrip.nl", "workload": "web", "port": "grpc"}
                    },
                }
            },
        },
        "expect": {"network:applications.shop.routes.grpc": "it is buffered, and web speaks h2c | without"},
    },
    "a guard that an encoded slash leads around": {
        "set": {
            "network:ingress": {"encodedCharacters": {"allowEncodedSlash": True}},
            "network:applications": {
                "shop": {
                    "routes": {
                        "admin": {
                            "host": "shop.dev.k8s.webgrip.nl",
                            "pathPrefix": "/admin/",
                            "service": "canary",
                            "chain": "internal",
                        }
                    },
                }
            },
        },
        "expect": {
            "network:applications.shop.routes.admin": "leads to route shop, which has no | guard the whole"
        },
    },
    "a way around the login, and a login behind itself": {
        "set": {
            "network:traffic": {
                "middlewares": {
                    "login": {
                        "forwardAuth": {
                            "application": "shop",
                            "workload": "auth",
                            "port": "http",
                            "authResponseHeaders": ["X-User"],
                        }
                    }
                },
                "chains": {"members": ["login"]},
            },
            "network:applications": {
                "shop": {
                    "workloads": {"auth": {"labels": {"app": "auth"}, "ports": {"http": {"port": 8080}}}},
                    "routes": {
                        "members": {
                            "host": "shop.dev.k8s.webgrip.nl",
                            "pathPrefix": "/members",
                            "workload": "web",
                            "port": "http",
                            "chain": "members",
                        },
                        "auth": {
                            "host": "shop.dev.k8s.webgrip.nl",
                            "pathPrefix": "/login",
                            "workload": "auth",
                            "port": "http",
                            "chain": "members",
                        },
                    },
                }
            },
        },
        "expect": {
            "network:applications.shop.routes.shop.chain": "web believes headers that a forwardAuth sets",
            "network:applications.shop.routes.auth": "nobody can log in",
        },
    },
    "a secret by which nobody is told": {
        "set": {"network:alertReceivers": {"on-call": "R03D4K3YF0RPAG3RDUTY"}},
        "expect": {"network:alertReceivers.on-call": "no receiver of alerts | pulumi config rm"},
    },
    "alerts of production that nobody hears": {
        "base": "prod",
        "set": {"network:observability": {"prometheus": {"install": {}}}},
        "expect": {
            "network:observability.alerting.receivers": "reach nobody | name a receiver",
            "network:observability.alerting.deadManSwitch": "alerting itself is down | outside",
        },
    },
    "credentials of endpoints that are not there": {
        "set": {
            "network:logsCredential": "token",
            "network:tracesCredential": "token",
            "network:outsideSlackUrl": "https://hooks.slack.com/services/T0/B0/x",
        },
        "expect": {
            "network:logsCredential": "no network:observability.logs.store.endpoint needs it | config rm",
            "network:tracesCredential": "no network:observability.traces needs it | config rm",
            "network:outsideSlackUrl": "no network:observability.outside.slackChannel needs it | config rm",
        },
    },
    "the whole internet, metadata of the node included": {
        "set": {
            "network:applications": {
                "shop": {
                    "talksTo": {
                        "web": [
                            {"range": "0.0.0.0/0", "ports": [443, "79-81"], "reason": "asks anybody"},
                            {"range": "169.254.0.0/16", "port": 80, "reason": "asks the node"},
                        ]
                    }
                }
            }
        },
        "expect": {
            "network:applications.shop.talksTo.web[0].range": "holds 169.254.169.254 | name hosts",
            "network:applications.shop.talksTo.web[1].range": "holds 169.254.169.254 | name hosts",
        },
    },
    "mail to servers outside by SMTP": {
        "set": {
            "network:applications": {
                "shop": {
                    "talksTo": {
                        "web": [
                            {"host": "smtp.example.org", "port": 587, "reason": "sends mail"},
                            {"range": "198.51.100.25/32", "ports": [2525, "20-30"], "reason": "sends mail"},
                            {"range": "10.0.9.9/32", "port": 25, "reason": "sends mail by the relay"},
                            {"host": "smtp.example.org", "port": 2525, "reason": "sends mail as well"},
                        ]
                    }
                }
            }
        },
        "expect": {
            "network:applications.shop.talksTo.web[0].port": "blocks SMTP (port 587) | port 2525",
            "network:applications.shop.talksTo.web[1].ports[1]": "blocks SMTP (port 25) | relay in the VPC",
        },
    },
    "kept logs without the access log": {
        "set": {
            "network:ingress": {"accessLog": False},
            "network:observability": {
                "prometheus": {"install": {}},
                "logs": {"store": {"install": {}}},
            },
        },
        "expect": {"network:ingress.accessLog": "Traefik writes none of its requests | accessLog: true"},
    },
}
