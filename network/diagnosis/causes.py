"""The codes of links: what each asks, and what usually breaks it. `docs/doctor.md` has the same."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Code:
    """What is known of a link, whoever's it is."""

    asks: str
    """The question that it answers."""
    reads: str
    """By what."""
    causes: tuple[str, ...]
    """Usual ones, the most frequent first, each with its remedy."""


CODES: Mapping[str, Code] = {
    "name-delegated": Code(
        "Does the zone's delegation lead to who serves it?",
        "NS of the zone through the resolver; SOA from each of its first servers",
        (
            "the registrar or the zone above names other servers: set ns1 to ns3.digitalocean.com there",
            "two zones of one name at two providers: remove the one that nobody writes to",
            "delegated a moment ago: the zone above is cached for up to its TTL, often two days",
        ),
    ),
    "record": Code(
        "Does the name lead to the load balancer?",
        "A and AAAA from the zone's server and from each resolver of this machine, CNAME followed; the "
        "address from the account, or from Traefik's Service",
        (
            "the load balancer was made anew and has another address: `pulumi up` writes the record",
            "somebody changed it by hand, or two stacks write it: `pulumi up --refresh`, and one owner",
            "a resolver has the old answer until its TTL; an old `no such name` for 30 minutes",
            "below a name that exists the wildcard does not answer (RFC 4592): add it to external.dns.hosts",
        ),
    ),
    "load-balancer": Code(
        "Is the load balancer there, as declared, and does it take connections?",
        "the account's load balancers; the address in Traefik's Service; TCP to the port from here",
        (
            "state `errored`, or `new` for more than minutes: DigitalOcean's status page, then its support",
            "another Service or stack has taken it over by its name: names are unique in an account",
            "type, PROXY protocol or firewall changed in the control panel: annotate the Service anew by "
            "`pulumi up`",
            "this machine is outside `sourceRanges`, or behind a firewall that stops 443",
        ),
    ),
    "node-check": Code(
        "Does the load balancer ask nodes what the Service tells?",
        "the load balancer's health check beside `healthCheckNodePort` of Traefik's Service",
        (
            "changed in the control panel, unseen by `pulumi up`: touch an annotation of the Service",
            "the Service was made anew and has another port, and the cloud controller has not followed: its "
            "events (`kubectl describe service`) say why",
        ),
    ),
    "node-port": Code(
        "Does each port of the load balancer lead to Traefik's node port?",
        "forwarding rules beside the ports of Traefik's Service",
        (
            "a rule was edited or removed in the control panel: touch an annotation of the Service",
            "the Service was made anew, and its events tell that the cloud controller is refused",
        ),
    ),
    "ingress-policy": Code(
        "Are the policies of Traefik's namespace those of the plan?",
        "NetworkPolicies and CiliumNetworkPolicies of the namespace, and the plan's",
        (
            "edited or deleted by hand: `pulumi up --refresh` brings them back",
            "another policy was added, of which the plan knows nothing: remove it, or declare its flow",
        ),
    ),
    "traefik": Code(
        "Do enough pods of Traefik run?",
        "pods, and the Deployment that makes them",
        (
            "no room on the nodes, or a node is gone: `kubectl describe pod`, and network addresses for room",
            "an image that cannot be pulled, or an argument that Traefik refuses after an upgrade: its log",
            "it cannot reach the API server: then it never becomes Ready",
        ),
    ),
    "entrypoint": Code(
        "Does Traefik believe the load balancer, and answer on both ports?",
        "arguments of Traefik's Deployment; TLS and plain HTTP through the load balancer",
        (
            "PROXY protocol on one side only, or `trustedIPs` without the VPC's range: an empty reply",
            "a node's check passes where no pod takes the connection: externalTrafficPolicy",
        ),
    ),
    "certificate-served": Code(
        "Does the host get its certificate, in time and trusted?",
        "the chain that is served for the server name, beside the Certificate's status",
        (
            "no certificate names the host: `certificates.named`, or the wildcard; strict SNI then refuses",
            "not issued yet, or issuing fails: `network doctor certificate <name>`",
            "Traefik serves the one before until it reads the Secret again: it cannot reach the API server",
            "the TLSStore was changed by hand: `pulumi up --refresh`",
        ),
    ),
    "router": Code(
        "Has every pod of Traefik loaded the route?",
        "the IngressRoute beside the plan's; Traefik's API by port-forward where that is allowed",
        (
            "changed or deleted by hand: `pulumi up --refresh`",
            "a pod that is Ready and has not read anything new since it lost the API server: restart it",
            "CRDs of another version than Traefik: fields that it needs are dropped",
        ),
    ),
    "middleware": Code(
        "Are the middlewares of the route there, and can Traefik build them?",
        "Middlewares beside the plan's; errors of the routers in Traefik's API where that is allowed",
        (
            "a Secret that one needs is absent or has another key: `pulumi up --refresh` writes it",
            "a chain names a middleware that was deleted by hand",
            "it lies in a namespace that Traefik does not read, or may not refer to",
        ),
    ),
    "service": Code(
        "Are the Service and what balances over it as declared?",
        "Services and TraefikServices beside the plan's",
        (
            "a selector or port was edited by hand, or by another tool that owns the same name",
            "the Service is absent: `pulumi up` was interrupted",
        ),
    ),
    "endpoints": Code(
        "Does the Service lead to every pod that is Ready, on the declared port?",
        "EndpointSlices beside the pods with the workload's labels",
        (
            "the Service selects other labels than the pods have",
            "the controller of EndpointSlices lags, or is down: events in kube-system",
            "other pods have the workload's labels too",
        ),
    ),
    "policy": Code(
        "Do the policies let the connection through?",
        "the plan's verdict (`network reachability`); the live policies of both namespaces beside the plan's",
        (
            "no flow declares it: add it to `talksTo` (`network undeclared` writes the lines)",
            "a policy was edited or deleted by hand: `pulumi up --refresh`",
            "a port of the Service was declared where the pod listens on another: policies see the pod's",
        ),
    ),
    "pod": Code(
        "Does a pod of the workload run, and none fail?",
        "pods with the workload's labels, and what makes them",
        (
            "scaled to 0, or never deployed with these labels",
            "it crashes: out of memory, a missing Secret, a dependency that it needs to start",
            "the namespace's quota or limits refuse it: `kubectl describe resourcequota`",
            "its image cannot be pulled, or no node has room",
        ),
    ),
    "dependencies": Code(
        "Is what its pods need there?",
        "every declared flow of the workload: pods at the other end, and hosts outside by name, from here",
        (
            "a workload that it talks to has no Ready pod",
            "a host outside does not exist any more, or is misspelt",
            "the cluster's DNS does not run",
        ),
    ),
    "answer": Code(
        "What does a request get in the end?",
        "one GET through everything above",
        (
            "502: the pod refuses the connection, or speaks another scheme than the port's",
            "503: every endpoint is gone, or a breaker is open",
            "504, or nothing: the pod does not answer in time; a policy that the plan does not know of",
            "500: the application itself, or a middleware whose service is away (Redis, forwardAuth)",
        ),
    ),
    "answer-time": Code(
        "Is the first byte there within what is promised?",
        "one GET, beside the tightest latency of the host's objectives",
        (
            "a cold connection or cache: ask again; `network objectives` tells of all requests",
            "too few replicas, or a node that is short of CPU: `kubectl top pods`",
            "a dependency that is slow: traces, where the stack has them",
        ),
    ),
    "ingress-scale": Code(
        "Is there room for more load?",
        "the HorizontalPodAutoscaler of Traefik",
        (
            "load has outgrown `ingress.scale.maxReplicas`: raise it, and see that the nodes have room",
            "metrics-server does not answer, so nothing scales: its pods and APIService",
        ),
    ),
    "pod-memory": Code(
        "Has a container been killed for memory in the last hour?",
        "the last state of each container",
        (
            "the limit is below what the application needs under load: raise it",
            "a leak: memory in the dashboard of the workload rises until it is killed",
        ),
    ),
    "source-pod": Code(
        "Does a pod run that could connect?",
        "pods with the workload's labels, and what makes them",
        (
            "scaled to 0, or never deployed with these labels",
            "it crashes before it connects: `kubectl logs --previous`",
        ),
    ),
    "cluster-dns": Code(
        "Can pods resolve names?",
        "CoreDNS' pods, and the endpoints of its Service",
        (
            "CoreDNS does not run, or has no room: `kubectl describe pod` in kube-system",
            "its ConfigMap `coredns-custom` holds what it refuses: its log",
        ),
    ),
    "issuance-allowed": Code(
        "May Let's Encrypt issue for the names?",
        "CAA records at each name and above it, the nearest that has any",
        (
            "a CAA record of the domain above names another authority: add letsencrypt.org there",
            "accountUris name an account that the cluster no longer has",
        ),
    ),
    "issuance-policy": Code(
        "Are the policies of cert-manager's namespace those of the plan?",
        "NetworkPolicies and CiliumNetworkPolicies of the namespace, and the plan's",
        ("edited or deleted by hand: `pulumi up --refresh` brings them back",),
    ),
    "cert-manager": Code(
        "Does cert-manager run?",
        "pods of controller, webhook and CA injector",
        (
            "no room on the nodes, or an image that cannot be pulled",
            "it cannot reach the API server",
        ),
    ),
    "issuer": Code(
        "Is the issuer ready?",
        "the ClusterIssuer beside the plan's, and its condition Ready",
        (
            "the ACME account cannot be registered: the authority is not reached, or refuses the address",
            "its Secret of the account key belongs to another directory",
        ),
    ),
    "certificate-issued": Code(
        "Is the certificate issued, and renewed in time?",
        "the Certificate; then its CertificateRequest, Order and Challenges, down to where it stops",
        (
            "DNS-01: the token has no right on the zone, or the zone's servers do not show the record yet",
            "HTTP-01: the name does not lead here yet, or port 80 is closed to the authority",
            "rate limited: wait as long as the message says; try with `issuer: staging` meanwhile",
            "a failed attempt is tried again after an hour: `cmctl renew` at once",
        ),
    ),
    "tls-store": Code(
        "Does Traefik serve it?",
        "the TLSStore `default` beside the plan's",
        ("changed or deleted by hand: `pulumi up --refresh`",),
    ),
}
"""Never given another meaning, and never taken again once given up."""
