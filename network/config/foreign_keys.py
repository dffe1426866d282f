"""Keys of other tools, and what they are here: Kubernetes' objects, Traefik's, ingress-nginx', charts'."""

import re
from collections.abc import Mapping

_TLS = (
    "remove it: every route is served by TLS; certificates stand in `network:certificates`, options in "
    "`network:ingress.tls`"
)
_MIDDLEWARES = (
    "declare them in `network:traffic.middlewares`, join them in `network:traffic.chains`, and name the "
    "chain in `chain`"
)
_CLASS = "remove it: Traefik is the one controller"
_MAIL = (
    "use `slack`, `pagerDuty` or a `webhook` of what sends mail: none can leave, since DigitalOcean blocks "
    "SMTP (ports 25, 465 and 587)"
)
_ALERT_SECRET = (
    "it is a secret, so remove it here: pulumi config set --secret --path network:alertReceivers.<name of "
    "the receiver>"
)
_PROBES = (
    "remove it: every host and route is probed; `probe` of a route, in `network:applications`, gives another "
    "path or status"
)
_RULES = "not offered, so remove it: rules follow from what is declared, and promises stand in `objectives`"
_PODS = "remove it: the Deployment is the application's own; here stand the pods' `labels` and `ports`"

_WEIGHTS = (
    "remove it: DigitalOcean's API has priorities of regions, and no weights; a DNS provider that answers by "
    "weight has (docs/global.md)"
)

KEYS: Mapping[str, Mapping[str, str]] = {
    "Route": {
        "hostname": "write `host`",
        "hostnames": "write `host`, and further ones in `hosts`",
        "hostSNI": "write `host`",
        "rule": "write its parts: `host`, `pathPrefix`, `path`, `methods`, `headers`, `query`",
        "rules": "write one route for each, with its parts: `host`, `pathPrefix`, `path`, `methods`",
        "match": "write its parts: `host`, `pathPrefix`, `path`, `methods`, `headers`, `query`",
        "matches": "write its parts: `host`, `pathPrefix`, `path`, `methods`, `headers`, `query`",
        "frontend": "write its parts: `host`, `pathPrefix`; the rest is `workload` and `port`",
        "backend": "write `workload` and `port`, or `service`",
        "backendRefs": "write `workload` and `port`, or `service`; shares are `services.<name>.weighted`",
        "serviceName": "write `workload` and `port`, or `service`",
        "servicePort": "write `port`, the name of the workload's port",
        "services": "write `workload` and `port`, or `service`: a name of the application's `services`",
        "paths": "write one route for each, with `pathPrefix` or `path`",
        "pathType": "write `path` for Exact, `pathPrefix` for Prefix",
        "method": "write `methods: [GET]`",
        "middleware": _MIDDLEWARES,
        "middlewares": _MIDDLEWARES,
        "annotations": _MIDDLEWARES,
        "entryPoints": "remove it: routes answer on 443, and port 80 redirects",
        "entrypoints": "remove it: routes answer on 443, and port 80 redirects",
        "tls": _TLS,
        "protocol": "routes carry HTTP; what Traefik speaks to pods is `scheme` of the workload's port",
        "scheme": "write it at the workload's port",
        "weight": "write it in `services.<name>.weighted`",
        "sticky": "write it in `balancing` of the workload, or in `services.<name>.weighted`",
        "ingressClassName": _CLASS,
        "serversTransport": "write it as `transport` in `balancing` of the workload",
        "rewrite": "use a chain with replacePath, replacePathRegex or stripPrefix",
        "redirect": "use a chain with redirectRegex",
        "auth": "use a chain with basicAuth or forwardAuth",
        "timeout": "write `transports.<name>.forwardingTimeouts`",
        "retries": "use a chain with `retry`",
    },
    "Port": {
        "containerPort": "write `port`",
        "targetPort": "write `port`: the Service listens on the same number",
        "nodePort": "not offered, so remove it: Kubernetes chooses it; `service.type: NodePort` stands at "
        "the workload",
        "number": "write `port`",
        "name": "remove it: the key above is the name",
        "appProtocol": "write `scheme`",
    },
    "Workload": {
        "selector": "write `labels`",
        "matchLabels": "write `labels`",
        "podSelector": "write `labels`",
        "port": "write `ports: { http: { port: 8080 } }`",
        "image": _PODS,
        "replicas": _PODS,
        "env": _PODS,
        "resources": _PODS,
        "containers": _PODS,
        "command": _PODS,
        "sticky": "write it in `balancing`",
        "healthCheck": "not offered, so remove it: of pods their readiness decides; "
        "`balancing.passiveHealthCheck` takes out who fails",
        "loadBalancer": "write `balancing`",
        "strategy": "write it in `balancing`",
    },
    "Application": {
        "deployments": "write `workloads`",
        "ingress": "write `routes`",
        "ingresses": "write `routes`",
        "hosts": "write `host` in each of `routes`",
        "egress": "write `talksTo`, by workload",
        "ingressPolicy": "write `acceptsFrom`, by workload",
        "networkPolicy": "write `talksTo` and `acceptsFrom`: policies are made of them",
        "middlewares": _MIDDLEWARES,
        "secrets": "remove it: Secrets are the application's own",
        "tls": _TLS,
    },
    "Talk": {
        "to": "write `workload`, `pods`, `host`, `range` or `entity`",
        "from": "write it in `acceptsFrom` of the workload that is reached",
        "cidr": "write `range`",
        "ipBlock": "write `range`",
        "ip": "write `range: 203.0.113.7/32`",
        "address": "write `host` for a name, `range: 203.0.113.7/32` for an address",
        "fqdn": "write `host`",
        "toFQDNs": "write `host`",
        "hostname": "write `host`",
        "url": "write `host` and `port`",
        "dns": "write `host`",
        "service": "write `workload`, and its `application`",
        "namespace": "write `application`, or `pods: { namespace: … }` that others run",
        "podSelector": "write `pods: { namespace: …, labels: … }`",
        "ports": "write one connection for each `port`",
        "toEntities": "write `entity`",
        "description": "write `reason`",
        "comment": "write `reason`",
    },
    "Peer": {
        "privateKey": "remove it, and make another on the device: whoever has read it comes in by it, and "
        "nobody here needs it",
        "presharedKey": "remove it: the VPN has none, since what tells its machine of peers is no secret",
        "allowedIPs": "write `address`, and what the peer reaches in `reaches`",
        "endpoint": "remove it: peers come from anywhere",
        "ip": "write `address`",
        "key": "write `publicKey`",
    },
    "ExternalService": {
        "hostname": "write `host`",
        "externalName": "write `host`",
        "address": "write `host`, `port` and `scheme`",
        "url": "write `host`, `port` and `scheme`",
        "protocol": "write `scheme`",
        "tls": "write `scheme: https`; its certificate is checked by a `transport`",
    },
    "Middleware": {
        "whitelist": "write `ipAllowList`",
        "ipWhiteList": "write `ipAllowList`: Traefik has given the other up",
        "rateLimiting": "write `rateLimit`",
        "chain": "write it in `network:traffic.chains`",
        "digestAuth": "not offered, so remove it: it keeps passwords as MD5; use `basicAuth`",
        "plugin": "not offered, so remove it: Traefik would download code at each start",
        "cors": "write `headers` with accessControlAllowOriginList",
        "rewrite": "write `replacePath`, `replacePathRegex` or `stripPrefix`",
        "redirect": "write `redirectRegex`",
        "maxConn": "write `inFlightReq`",
        "gzip": "write `compress`",
        "auth": "write `basicAuth` or `forwardAuth`",
    },
    "RateLimit": {
        "rps": "write `average`",
        "rpm": "write `average` and `period: 1m`",
        "limit": "write `average`",
        "rate": "write `average`",
        "requestsPerSecond": "write `average`",
        "interval": "write `period`",
        "redis": "write it once, as `network:traffic.redis`",
    },
    "BasicAuth": {
        "secret": "write `users`: a key of the secret `network:basicAuthUsers`",
        "usersFile": "write `users`: a key of the secret `network:basicAuthUsers`",
    },
    "ForwardAuth": {
        "url": "write `address`, or `application`, `workload`, `port` and `path`",
        "host": "write `address`, or `application`, `workload`, `port` and `path`",
        "service": "write `application`, `workload` and `port`",
        "signin": "write `authSigninURL`",
        "authCookie": "write `addAuthCookiesToResponse`",
    },
    "Redis": {
        "endpoints": "write `host` and `port`, or `application`, `workload` and `port`",
        "address": "write `host` and `port`, or `application`, `workload` and `port`",
        "url": "write `host` and `port`, or `application`, `workload` and `port`",
        "password": "it is the secret: pulumi config set --secret network:redisPassword",
        "tls": "remove it: a host outside is reached by TLS always, a workload with `caSecret`",
    },
    "Headers": {
        "hsts": "write `stsSeconds`, `stsIncludeSubdomains` and `stsPreload`",
        "sslRedirect": "remove it: port 80 always redirects",
        "browserXssFilter": "remove it: browsers have given the filter up; write `contentSecurityPolicy`",
        "customHeaders": "write `customRequestHeaders` or `customResponseHeaders`",
        "allowOrigins": "write `accessControlAllowOriginList`",
        "allowMethods": "write `accessControlAllowMethods`",
        "allowHeaders": "write `accessControlAllowHeaders`",
        "allowCredentials": "write `accessControlAllowCredentials`",
    },
    "Transport": {
        "insecureSkipVerify": "not offered, so remove it: anybody in between could answer; name "
        "the authority in `rootCAs`",
        "timeout": "write `forwardingTimeouts`",
        "tls": "write `serverName`, `rootCAs` and `certificatesSecrets`",
    },
    "Ingress": {
        "replicas": "write `scale.minReplicas` and `scale.maxReplicas`",
        "autoscaling": "write `scale`",
        "deployment": "write `scale` and `resources`: the platform sets the rest",
        "additionalArguments": "not offered, so remove it: the platform sets Traefik's arguments",
        "ports": "remove it: 80 and 443 are open, and the platform sets the rest",
        "service": "write `loadBalancer`",
        "entryPoints": "remove it: `web` and `websecure` are the platform's",
        "forwardedHeaders": "write `cdnRanges`",
        "trustedIPs": "write `cdnRanges`",
        "dashboard": "remove it: `make view-traefik` opens it",
        "image": "write `network:charts.traefik`: image and chart go together",
        "tlsOptions": "write `tls`",
    },
    "LoadBalancer": {
        "annotations": "not offered: remove it, and write `type`, `sizeUnit`, `sourceRanges`, `healthCheck`",
        "loadBalancerSourceRanges": "write `sourceRanges`",
        "allowlist": "write `sourceRanges`",
        "size": "write `sizeUnit`",
        "algorithm": "not offered, so remove it: DigitalOcean's API ignores it",
        "ip": "not offered, so remove it: DigitalOcean chooses the address",
    },
    "Certificates": {
        "clusterIssuer": "write `issuer: staging` or `issuer: production`",
        "acme": "write `email`, `issuer`, and `dns01` or `http01`",
        "server": "write `issuer: staging` or `issuer: production`",
        "certResolver": "write `named`: cert-manager issues certificates here",
        "solvers": "write `dns01` and `http01`",
    },
    "Certificate": {
        "hosts": "write `dnsNames`",
        "domains": "write `dnsNames`",
        "commonName": "write it in `dnsNames`",
        "secretName": "remove it: the platform names the Secret",
        "issuerRef": "write `issuer: staging` or `issuer: production`",
        "duration": "remove it: Let's Encrypt's `profile` settles it",
        "renewBefore": "write `renewBeforePercentage` in `network:certificates`",
    },
    "Dns": {
        "domain": "write `zone`",
        "records": "write `hosts`: names that lead to the load balancer; other records stay outside",
        "token": "it is the secret: pulumi config set --secret network:dnsToken",
    },
    "Cluster": {
        "region": "write it in `network:environment`",
        "name": "remove it: the environment's name is used",
        "nodes": "write `nodePools`",
        "pools": "write `nodePools`",
        "kubernetesVersion": "write `version`",
        "clusterSubnet": "write `podRange`",
        "serviceSubnet": "write `serviceRange`",
        "controlPlaneFirewall": "write `apiAllowedRanges`",
        "vpcUuid": "remove it: the VPC is the stack's own (`network:external.vpc`)",
    },
    "NodePool": {
        "nodeCount": "write `count`",
        "minNodes": "write `autoScale: { min: …, max: … }`",
        "maxNodes": "write `autoScale: { min: …, max: … }`",
        "min": "write `autoScale: { min: …, max: … }`",
        "max": "write `autoScale: { min: …, max: … }`",
        "autoscaling": "write `autoScale: { min: …, max: … }`",
        "name": "remove it: the key above is the name",
    },
    "Observability": {
        "receivers": "write it in `alerting`",
        "alertmanager": "write `alerting`",
        "deadManSwitch": "write it in `alerting`",
        "slos": "write `objectives`",
        "probes": _PROBES,
        "blackbox": _PROBES,
        "uptime": "write `outside`",
        "rules": _RULES,
        "alerts": _RULES,
        "dashboards": "remove it: Grafana has them; where people reach it stands in `alerting.dashboards`",
        "grafana": "remove it: `prometheus.install` brings it",
        "retention": "remove it: the longest window of an objective settles it",
        "metrics": "write `prometheus`",
        "tracing": "write `traces`",
        "logging": "write `logs`",
    },
    "Alerting": {
        "routes": "write `severities` and `teams` at each of `receivers`",
        "rules": _RULES,
        "watchdog": "write `deadManSwitch`",
        "email": _MAIL,
    },
    "Receiver": {
        "email": _MAIL,
        "emails": _MAIL,
        "url": "write `webhook: { host: … }`; the whole URL is the secret network:alertReceivers",
        "severity": "write `severities: [critical]`",
        "team": "write it as a list, `teams`",
        "labels": "write `severities` and `teams`",
    },
    "Slack": {
        "url": _ALERT_SECRET,
        "apiUrl": _ALERT_SECRET,
        "webhookUrl": _ALERT_SECRET,
        "webhook": _ALERT_SECRET,
    },
    "PagerDuty": {
        "key": _ALERT_SECRET,
        "routingKey": _ALERT_SECRET,
        "serviceKey": _ALERT_SECRET,
        "integrationKey": _ALERT_SECRET,
    },
    "Webhook": {"url": f"write its `host`; {_ALERT_SECRET}"},
    "DeadManSwitch": {
        "url": "write its `host`; the whole URL is a secret, so remove it here: pulumi config set --secret "
        "--path network:alertReceivers.dead-man-switch",
        "interval": "write `everyMinutes`",
    },
    "Objective": {
        "hosts": "write one objective for each `host`",
        "routes": "write one objective for each `route`",
        "service": "write `route: <application>/<route>`, or `host`",
        "application": "write `route: <application>/<route>`, or `host`",
        "target": "write it as `availability`, or as `target` within latency or throughput",
        "objective": "write `availability`",
        "errorBudget": "write what is left of 100 as `availability`",
        "period": "write `window: 30d`",
        "days": "write `window: 30d`",
        "p95": "write `latency: [{ within: 300ms, target: 95 }]`",
        "p99": "write `latency: [{ within: 1s, target: 99 }]`",
        "rps": "write `throughput: { atLeast: 1 }`",
    },
    "Latency": {
        "threshold": "write `within`",
        "percentile": "write `target`",
        "percent": "write `target`",
    },
    "Throughput": {"min": "write `atLeast`", "max": "write `atMost`"},
    "RouteProbe": {
        "module": "remove it: it follows from the route",
        "statusCodes": "write `status`",
        "url": "write `path`",
        "interval": "remove it: every route is asked as often as all is scraped",
    },
    "Outside": {
        "slackUrl": "it is the secret: pulumi config set --secret network:outsideSlackUrl",
        "hosts": "remove it: every public host is asked; those that are not stand in `exceptHosts`",
    },
    "GlobalEntry": {
        "region": "remove it: a global load balancer is in none; its environments are in theirs",
        "regions": "write `environments`, by the names of their stacks",
        "targets": "write `environments`, by the names of their stacks",
        "targetLoadBalancerIds": "write `environments`: their load balancers are looked up by name",
        "regionPriorities": "write `priority` at each of `environments`",
        "priorities": "write `priority` at each of `environments`",
        "weights": _WEIGHTS,
        "targetPort": "remove it: it is 443. DigitalOcean takes 80 and 443 alone, and on 80 Traefik only "
        "redirects",
        "targetProtocol": "remove it: it is HTTPS, since on port 80 Traefik only redirects",
        "forwardingRules": "remove it: a global load balancer has one rule, from 443 to 443",
        "domains": "write `hosts`",
        "host": "write `hosts`",
        "threshold": "write `failoverThreshold`",
        "sourceRanges": "remove it: DigitalOcean documents none for global load balancers",
        "proxyProtocol": "remove it: DigitalOcean documents none for global load balancers",
        "sizeUnit": "remove it: a global load balancer is not scaled",
    },
    "Target": {
        "weight": _WEIGHTS,
        "region": "remove it: it is the environment's own (`network:environment`)",
        "loadBalancer": "remove it: it is the environment's own (`network:ingress.loadBalancer.name`)",
    },
    "GlobalHost": {
        "isManaged": "write `managed`",
        "certificateName": "write `certificate`",
        "certificateId": "write `certificate`, by its name: the id changes with each renewal",
    },
    "StackConfig": {
        "global": "it stands in a stack file of its own, `global/Pulumi.<name>.yaml` (docs/global.md)",
        "middlewares": "write it in `network:traffic`",
        "routes": "write them in `network:applications.<name>.routes`",
        "dns": "write it in `network:external`",
        "vpc": "write it in `network:external`",
        "nodePools": "write it in `network:cluster`",
        "token": "the DNS provider's is the secret network:dnsToken, DigitalOcean's is DIGITALOCEAN_TOKEN",
        "traefik": "write `network:ingress`",
        "certManager": "write `network:certificates`",
        "apps": "write `network:applications`",
        "monitoring": "write `network:observability`",
        "alerting": "write it in `network:observability`",
        "objectives": "write them in `network:observability`",
    },
}
"""Model -> key that people bring along -> what to write."""

NGINX = "nginx.ingress.kubernetes.io/"
_ANNOTATION = re.compile(
    "(affinity|allowlist|app|auth|backend|canary|client|configuration|cors|custom|default|denylist|enable|force"
    "|from|limit|load|mirror|permanent|preserve|proxy|rewrite|satisfy|server|service|session|ssl|temporal"
    "|upstream|use|websocket|whitelist|x)-"
)
"""How ingress-nginx' annotations begin."""


def brought_along(model: str, key: str) -> str | None:
    """Return the fix for a key of another tool, if it is known as one."""
    known = KEYS.get(model, {})
    folded = {name.lower().replace("-", "").replace("_", ""): fix for name, fix in known.items()}
    found = folded.get(key.lower().replace("-", "").replace("_", ""))
    if found is None and _is_annotation(key):
        return "remove it: annotations are none here, and docs/from-ingress-nginx.md says what each is"
    return found


def _is_annotation(key: str) -> bool:
    """Whether the key looks like an annotation of ingress-nginx', with or without its prefix."""
    name = key.removeprefix(NGINX)
    return key.startswith(NGINX) or _ANNOTATION.match(name) is not None
