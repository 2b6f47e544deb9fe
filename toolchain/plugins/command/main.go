// pulumi-resource-command: local commands with the properties and behaviour of the official plugin, for machines
// that cannot download it. Commands on remote hosts are refused with a clear error.
package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"

	"github.com/terraform-providers/terraform-provider-docker/knowngood/command/local"
)

// version is that of the @pulumi/command package; set when linking.
var version = "0.0.0"

func main() {
	provider := infer.Provider(infer.Options{
		Resources: []infer.InferredResource{infer.Resource(&local.Command{})},
		ModuleMap: map[tokens.ModuleName]tokens.ModuleName{"local": "local"},
	})
	if err := p.RunProvider(context.Background(), "command", version, refusingRemote(provider)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// refusingRemote answers for the types that only the official plugin has, which would otherwise be "unknown".
func refusingRemote(provider p.Provider) p.Provider {
	check := provider.Check
	provider.Check = func(ctx context.Context, request p.CheckRequest) (p.CheckResponse, error) {
		if kind := string(request.Urn.Type()); strings.HasPrefix(kind, "command:remote:") {
			return p.CheckResponse{}, fmt.Errorf("%s: this build of the command plugin runs local commands only; "+
				"install the official one: pulumi plugin install resource command %s", kind, version)
		}
		return check(ctx, request)
	}
	return provider
}
