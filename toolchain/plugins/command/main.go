// pulumi-resource-command: commands and copies with the properties and behaviour of the official plugin, for machines
// that cannot download it.
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
	"github.com/terraform-providers/terraform-provider-docker/knowngood/command/remote"
)

// version is that of the @pulumi/command package; set when linking.
var version = "0.0.0"

func main() {
	provider := infer.Provider(infer.Options{
		Resources: []infer.InferredResource{
			infer.Resource(&local.Command{}),
			infer.Resource(&remote.Command{}),
			infer.Resource(&remote.CopyToRemote{}),
		},
		ModuleMap: map[tokens.ModuleName]tokens.ModuleName{"local": "local", "remote": "remote"},
	})
	if err := p.RunProvider(context.Background(), "command", version, refusingCopyFile(provider)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// refusingCopyFile answers for the type that only the official plugin has, which would otherwise be "unknown".
func refusingCopyFile(provider p.Provider) p.Provider {
	check := provider.Check
	provider.Check = func(ctx context.Context, request p.CheckRequest) (p.CheckResponse, error) {
		if kind := string(request.Urn.Type()); strings.HasPrefix(kind, "command:remote:CopyFile") {
			return p.CheckResponse{}, fmt.Errorf("%s: this build of the command plugin lacks it: use CopyToRemote, or "+
				"install the official one: pulumi plugin install resource command %s", kind, version)
		}
		return check(ctx, request)
	}
	return provider
}
