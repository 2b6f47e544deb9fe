// pulumi-resource-github: the GitHub provider behind Pulumi's Terraform bridge, under the names and fields of the
// @pulumi/github package.
package main

import (
	"fmt"

	"github.com/integrations/terraform-provider-github/v6/github"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
)

// version is that of the @pulumi/github package; set when linking.
var version = "0.0.0"

func main() {
	schema := fmt.Sprintf(`{"name":"github","version":%q}`, version)
	tfbridge.Main("github", version, providerInfo(), []byte(schema))
}

func providerInfo() tfbridge.ProviderInfo {
	info := tfbridge.ProviderInfo{
		P:            shim.NewProvider(github.Provider()),
		Name:         "github",
		Version:      version,
		MetadataInfo: tfbridge.NewProviderMetadata([]byte("{}")),
	}
	info.MustComputeTokens(tokens.SingleModule("github_", "index", tokens.MakeStandard("github")))
	info.SetAutonaming(255, "-")
	return info
}
