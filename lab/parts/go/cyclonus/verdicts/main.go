// Command verdicts tells what cyclonus' matcher says about connections. Each line of its input is a world in
// JSON; for each it prints one line with a 0 or 1 for every source, destination and port, in that order.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"github.com/mattfenwick/cyclonus/pkg/matcher"
	"github.com/sirupsen/logrus"
	v1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
)

type peer struct {
	// Namespace is empty for an address outside the cluster.
	Namespace       string            `json:"namespace"`
	NamespaceLabels map[string]string `json:"namespaceLabels"`
	Labels          map[string]string `json:"labels"`
	Address         string            `json:"address"`
	// Names of ports, by "<protocol>/<number>".
	Names map[string]string `json:"names"`
}

type port struct {
	Protocol v1.Protocol `json:"protocol"`
	Number   int         `json:"number"`
}

type world struct {
	Peers    []peer                        `json:"peers"`
	Ports    []port                        `json:"ports"`
	Policies []*networkingv1.NetworkPolicy `json:"policies"`
}

func main() {
	logrus.SetLevel(logrus.ErrorLevel)
	input := bufio.NewReaderSize(os.Stdin, 1<<20)
	output := bufio.NewWriter(os.Stdout)
	for {
		line, err := input.ReadBytes('\n')
		if err != nil {
			return
		}
		var given world
		if err := json.Unmarshal(line, &given); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		output.WriteString(given.verdicts() + "\n")
		output.Flush()
	}
}

func (given *world) verdicts() string {
	for _, policy := range given.Policies {
		setDefaults(policy)
	}
	policies := matcher.BuildNetworkPolicies(false, given.Policies)
	found := make([]byte, 0, len(given.Peers)*len(given.Peers)*len(given.Ports))
	for _, source := range given.Peers {
		for _, destination := range given.Peers {
			for _, port := range given.Ports {
				verdict := policies.IsTrafficAllowed(&matcher.Traffic{
					Source:           source.traffic(),
					Destination:      destination.traffic(),
					ResolvedPort:     port.Number,
					ResolvedPortName: destination.Names[fmt.Sprintf("%s/%d", port.Protocol, port.Number)],
					Protocol:         port.Protocol,
				})
				if verdict.IsAllowed() {
					found = append(found, '1')
				} else {
					found = append(found, '0')
				}
			}
		}
	}
	return string(found)
}

func (given *peer) traffic() *matcher.TrafficPeer {
	found := &matcher.TrafficPeer{IP: given.Address}
	if given.Namespace != "" {
		found.Internal = &matcher.InternalPeer{
			Namespace:       given.Namespace,
			NamespaceLabels: given.NamespaceLabels,
			PodLabels:       given.Labels,
		}
	}
	return found
}

// setDefaults does what the API server does before anyone reads a policy
// (k8s.io/kubernetes/pkg/apis/networking/v1/defaults.go).
func setDefaults(policy *networkingv1.NetworkPolicy) {
	if len(policy.Spec.PolicyTypes) == 0 {
		policy.Spec.PolicyTypes = []networkingv1.PolicyType{networkingv1.PolicyTypeIngress}
		if len(policy.Spec.Egress) > 0 {
			policy.Spec.PolicyTypes = append(policy.Spec.PolicyTypes, networkingv1.PolicyTypeEgress)
		}
	}
}
