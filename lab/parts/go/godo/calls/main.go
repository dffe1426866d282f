// Calls makes the calls of DigitalOcean's Terraform provider with the client library that it uses, and prints
// what the library understood of the answers: calls <url of the API> <token>.
package main

import (
	"context"
	"encoding/json"
	"os"
	"time"

	"github.com/digitalocean/godo"
)

var ctx = context.Background()

// need ends the program with an error, so that a caller sees which call it was.
func need[T any](value T, _ *godo.Response, err error) T {
	fail(err)
	return value
}

func fail(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	client, err := godo.New(nil, godo.SetBaseURL(os.Args[1]), godo.SetStaticRateLimit(100),
		godo.SetRequestHeaders(map[string]string{"Authorization": "Bearer " + os.Args[2]}))
	fail(err)
	found := map[string]any{}
	vpc := network(client, found)
	kubernetes(client, vpc, found)
	names(client, found)
	others(client, vpc, found)
	fail(json.NewEncoder(os.Stdout).Encode(found))
}

func network(client *godo.Client, found map[string]any) *godo.VPC {
	vpc := need(client.VPCs.Create(ctx, &godo.VPCCreateRequest{
		Name: "network-dev", RegionSlug: "ams3", IPRange: "10.0.0.0/16", Description: "first",
	}))
	found["vpc"] = need(client.VPCs.Update(ctx, vpc.ID, &godo.VPCUpdateRequest{
		Name: "network-dev", Description: "second", Default: godo.PtrTo(false),
	}))
	_, _, err := client.VPCs.Create(ctx, &godo.VPCCreateRequest{Name: "network-dev", RegionSlug: "ams3"})
	found["refusal"] = err.Error()
	return vpc
}

// kubernetes makes a cluster and changes it as the provider does: every block is sent, with null in it where the
// state knows nothing.
func kubernetes(client *godo.Client, vpc *godo.VPC, found map[string]any) {
	cluster := need(client.Kubernetes.Create(ctx, &godo.KubernetesClusterCreateRequest{
		Name: "network-dev", RegionSlug: "ams3", VersionSlug: "1.36.1-do.0", VPCUUID: vpc.ID,
		ClusterSubnet: "10.244.0.0/16", ServiceSubnet: "10.96.0.0/12", SurgeUpgrade: true,
		HA: godo.PtrTo(false),
		NodePools: []*godo.KubernetesNodePoolCreateRequest{{
			Name: "default", Size: "s-2vcpu-4gb", Count: 2, Tags: []string{"terraform:default-node-pool"},
			Labels: map[string]string{"a": "b"},
			Taints: []godo.Taint{{Key: "only", Value: "batch", Effect: "PreferNoSchedule"}},
		}},
	}))
	for cluster.Status.State != godo.KubernetesClusterStatusRunning {
		time.Sleep(50 * time.Millisecond)
		cluster = need(client.Kubernetes.Get(ctx, cluster.ID))
	}
	found["taints"] = cluster.NodePools[0].Taints
	found["changed"] = need(client.Kubernetes.Update(ctx, cluster.ID, &godo.KubernetesClusterUpdateRequest{
		Name: "network-dev", Tags: []string{"changed"}, AutoUpgrade: godo.PtrTo(false), HA: godo.PtrTo(false),
		SurgeUpgrade:                      false,
		MaintenancePolicy:                 &godo.KubernetesMaintenancePolicy{StartTime: "04:00"},
		ControlPlaneFirewall:              &godo.KubernetesControlPlaneFirewall{},
		ClusterAutoscalerConfiguration:    &godo.KubernetesClusterAutoscalerConfiguration{},
		RoutingAgent:                      &godo.KubernetesRoutingAgent{},
		AmdGpuDevicePlugin:                &godo.KubernetesAmdGpuDevicePlugin{},
		AmdGpuDeviceMetricsExporterPlugin: &godo.KubernetesAmdGpuDeviceMetricsExporterPlugin{},
		NvidiaGpuDevicePlugin:             &godo.KubernetesNvidiaGpuDevicePlugin{},
		NvidiaGpuDraDriver:                &godo.KubernetesNvidiaGpuDraDriver{},
		AmdGpuDraDriver:                   &godo.KubernetesAmdGpuDraDriver{},
		RdmaSharedDevicePlugin:            &godo.KubernetesRdmaSharedDevicePlugin{Enabled: godo.PtrTo(true)},
		CorednsAutoscaler:                 &godo.KubernetesCorednsAutoscaler{},
		P2pOciRegistryPlugin:              &godo.KubernetesP2pOciRegistry{},
	}))
	pools(client, cluster.ID, found)
	need(client.Kubernetes.GetCredentials(ctx, cluster.ID, &godo.KubernetesClusterCredentialsGetRequest{
		ExpirySeconds: godo.PtrTo(0),
	}))
	need(client.Kubernetes.ListAssociatedResourcesForDeletion(ctx, cluster.ID))
}

func pools(client *godo.Client, cluster string, found map[string]any) {
	pool := need(client.Kubernetes.CreateNodePool(ctx, cluster, &godo.KubernetesNodePoolCreateRequest{
		Name: "extra", Size: "s-2vcpu-4gb", AutoScale: true, MinNodes: 0, MaxNodes: 3,
		Labels: map[string]string{"last": "label"},
	}))
	found["pool"] = pool
	found["changed pool"] = need(client.Kubernetes.UpdateNodePool(ctx, cluster, pool.ID,
		&godo.KubernetesNodePoolUpdateRequest{
			Name: "extra", AutoScale: godo.PtrTo(true), MinNodes: godo.PtrTo(2), MaxNodes: godo.PtrTo(3),
			Labels: map[string]string{},
			Taints: &[]godo.Taint{{Key: "only", Value: "batch", Effect: "NoSchedule"}},
		}))
}

func names(client *godo.Client, found map[string]any) {
	zone := need(client.Domains.Create(ctx, &godo.DomainCreateRequest{Name: "example.org"}))
	record := need(client.Domains.CreateRecord(ctx, zone.Name, &godo.DomainRecordEditRequest{
		Type: "A", Name: "a", Data: "192.0.2.1", TTL: 300,
	}))
	found["record"] = need(client.Domains.EditRecord(ctx, zone.Name, record.ID, &godo.DomainRecordEditRequest{
		Name: "a", Data: "192.0.2.2",
	}))
}

func others(client *godo.Client, vpc *godo.VPC, found map[string]any) {
	need(client.Tags.Create(ctx, &godo.TagCreateRequest{Name: "edge"}))
	tag := need(client.Tags.Get(ctx, "edge"))
	found["tagged"] = tag.Resources.Droplets.Count + tag.Resources.Images.Count + tag.Resources.Volumes.Count +
		tag.Resources.VolumeSnapshots.Count + tag.Resources.Databases.Count
	address := need(client.ReservedIPs.Create(ctx, &godo.ReservedIPCreateRequest{Region: "ams3"}))
	found["region"] = need(client.ReservedIPs.Get(ctx, address.IP)).Region.Slug
	cdn := need(client.CDNs.Create(ctx, &godo.CDNCreateRequest{Origin: "a.ams3.digitaloceanspaces.com"}))
	found["ttl"] = need(client.CDNs.Get(ctx, cdn.ID)).TTL
	found["firewall"] = need(client.Firewalls.Create(ctx, &godo.FirewallRequest{
		Name: "nodes", Tags: []string{"edge"},
		InboundRules: []godo.InboundRule{{
			Protocol: "tcp", PortRange: "22", Sources: &godo.Sources{Addresses: []string{"10.0.0.0/8"}},
		}},
	}))
	need(client.VPCNATGateways.Create(ctx, &godo.VPCNATGatewayRequest{
		Name: "egress", Type: "PUBLIC", Region: "ams3", Size: 1,
		VPCs: []*godo.IngressVPC{{VpcUUID: vpc.ID, DefaultGateway: true}},
	}))
}
