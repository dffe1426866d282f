// Command pulumi-resource-kubernetes is Pulumi's Kubernetes provider. Its own command embeds generated
// files that its module lacks; the build takes their sources from the module instead.
package main

import (
	_ "embed"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
)

var version string

//go:embed schema.json
var schema []byte

//go:embed terraform-mapping.json
var terraformMapping []byte

func main() {
	provider.Serve("kubernetes", version, schema, terraformMapping)
}
