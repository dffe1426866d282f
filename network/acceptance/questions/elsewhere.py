"""Questions that the smallest stack cannot be asked: told by each run, so that nobody takes them for
answered."""

from network.acceptance.questions.question import Question, needs

_BUCKET, _INTERNAL, _VPN = "a bucket and its CDN", "an internal load balancer", "the VPN's machine"
_GATEWAY, _GLOBAL, _CHECK = "a NAT gateway", "a global load balancer", "a check from outside"
_PAIR, _POD = "a second cluster", "a pod of the operator's own in the cluster"

QUESTIONS = tuple(
    Question(code, asks, fact, "none", "ask", needs(what))
    for code, asks, fact, what in (
        (
            "bucket-policy",
            "Does a private bucket with a policy for `s3:GetObject` keep its list closed?",
            "digitalocean.md#spaces-and-its-cdn",
            _BUCKET,
        ),
        ("cdn-name", "Does the API make a CDN's CNAME?", "digitalocean.md#spaces-and-its-cdn", _BUCKET),
        (
            "nat-gateway-price",
            "What does a NAT gateway cost, and when is its kind Route there?",
            "digitalocean.md#nat-gateways",
            _GATEWAY,
        ),
        (
            "internal-peers",
            "Do a VPC's peers reach an internal load balancer?",
            "digitalocean.md#load-balancers",
            _INTERNAL,
        ),
        (
            "internal-proxy",
            "Does an internal load balancer send PROXY headers?",
            "digitalocean.md#load-balancers",
            _INTERNAL,
        ),
        (
            "services-from-vpc",
            "Are Services reached from the VPC by their addresses?",
            "digitalocean.md#ranges-of-a-vpc",
            _VPN,
        ),
        (
            "reserved-address-replies",
            "Do WireGuard's answers leave by the reserved address?",
            "digitalocean.md#droplets",
            _VPN,
        ),
        (
            "tags-in-metadata",
            "How soon does a Droplet see a change of its tags?",
            "digitalocean.md#tags-in-the-metadata-service",
            _VPN,
        ),
        (
            "global-sni",
            "Does a global load balancer send a server name to its targets?",
            "digitalocean.md#load-balancers",
            _GLOBAL,
        ),
        (
            "global-client",
            "Whose address do targets of a global load balancer see?",
            "digitalocean.md#load-balancers",
            _GLOBAL,
        ),
        (
            "adopted-by-name",
            "Does another cluster's Service take the load balancer by its name?",
            "digitalocean.md#load-balancers",
            _PAIR,
        ),
        (
            "cluster-names",
            "Are clusters' names unique in an account?",
            "provider.md#assumed-of-the-api",
            _PAIR,
        ),
        (
            "outside-checks",
            "Which answers count as down for a check from outside?",
            "digitalocean.md#watch-from-outside",
            _CHECK,
        ),
        ("smtp-relay", "Is a relay in the VPC reached on port 25?", "digitalocean.md#mail", _POD),
        (
            "metadata-of-nodes",
            "What do pods read of a node's metadata?",
            "digitalocean.md#metadata",
            _POD,
        ),
        (
            "missing-scope",
            "In which words is a missing scope refused?",
            "digitalocean.md#scopes-of-a-token",
            "a token that lacks one, by which nothing could be cleaned up",
        ),
    )
)
