// Package local holds command:local:Command: a command that is run when the resource is created, updated or deleted.
package local

import (
	"context"

	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/terraform-providers/terraform-provider-docker/knowngood/command/output"
)

// Command is the controller of command:local:Command.
type Command struct{}

// Inputs are the arguments of a Command, as in the @pulumi/command package.
type Inputs struct {
	// Any change replaces the resource, and the replacement runs Create.
	Triggers               *[]any             `pulumi:"triggers,optional" provider:"replaceOnChanges"`
	Create                 *string            `pulumi:"create,optional"`
	Update                 *string            `pulumi:"update,optional"`
	Delete                 *string            `pulumi:"delete,optional"`
	Interpreter            *[]string          `pulumi:"interpreter,optional"`
	Dir                    *string            `pulumi:"dir,optional"`
	Environment            *map[string]string `pulumi:"environment,optional"`
	Stdin                  *string            `pulumi:"stdin,optional"`
	Logging                *output.Logging    `pulumi:"logging,optional"`
	AssetPaths             *[]string          `pulumi:"assetPaths,optional"`
	ArchivePaths           *[]string          `pulumi:"archivePaths,optional"`
	AddPreviousOutputInEnv *bool              `pulumi:"addPreviousOutputInEnv,optional"`
}

// Annotate gives the defaults that show in a resource's inputs.
func (inputs *Inputs) Annotate(annotator infer.Annotator) {
	annotator.SetDefault(&inputs.AddPreviousOutputInEnv, true)
}

// Results are what a run of the command leaves in state.
type Results struct {
	Stdout  string                      `pulumi:"stdout"`
	Stderr  string                      `pulumi:"stderr"`
	Assets  *map[string]*resource.Asset `pulumi:"assets,optional"`
	Archive *resource.Archive           `pulumi:"archive,optional"`
}

// State is the whole of a Command in state.
type State struct {
	Inputs
	Results
}

// Create runs the create command, if there is one.
func (*Command) Create(
	ctx context.Context, request infer.CreateRequest[Inputs],
) (infer.CreateResponse[State], error) {
	state := State{Inputs: request.Inputs}
	id, err := resource.NewUniqueHex(request.Name, 8, 0)
	if err != nil {
		return infer.CreateResponse[State]{}, err
	}
	if !request.DryRun && request.Inputs.Create != nil {
		state.Results, err = run(ctx, *request.Inputs.Create, request.Inputs, Results{})
	}
	return infer.CreateResponse[State]{ID: id, Output: state}, err
}

// Update runs the update command, or else the create command, or else nothing.
func (*Command) Update(
	ctx context.Context, request infer.UpdateRequest[Inputs, State],
) (infer.UpdateResponse[State], error) {
	state := State{Inputs: request.Inputs, Results: request.State.Results}
	command := request.Inputs.Update
	if command == nil {
		command = request.Inputs.Create
	}
	var err error
	if !request.DryRun && command != nil {
		state.Results, err = run(ctx, *command, request.Inputs, request.State.Results)
	}
	return infer.UpdateResponse[State]{Output: state}, err
}

// Delete runs the delete command, if there is one.
func (*Command) Delete(ctx context.Context, request infer.DeleteRequest[State]) (infer.DeleteResponse, error) {
	if request.State.Delete == nil {
		return infer.DeleteResponse{}, nil
	}
	_, err := run(ctx, *request.State.Delete, request.State.Inputs, request.State.Results)
	return infer.DeleteResponse{}, err
}
