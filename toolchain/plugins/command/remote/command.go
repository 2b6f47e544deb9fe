package remote

import (
	"context"
	"fmt"
	"strings"
	"time"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"golang.org/x/crypto/ssh"

	"github.com/terraform-providers/terraform-provider-docker/knowngood/command/output"
)

// What a command has to end by itself once it was asked to; the same as for local ones.
const stopGrace = 10 * time.Second

// Command is the controller of command:remote:Command.
type Command struct{}

// CommandInputs are the arguments of a Command, as in the @pulumi/command package.
type CommandInputs struct {
	Connection Connection `pulumi:"connection" provider:"secret"`
	// Any change replaces the resource, and the replacement runs Create.
	Triggers               *[]any             `pulumi:"triggers,optional" provider:"replaceOnChanges"`
	Create                 *string            `pulumi:"create,optional"`
	Update                 *string            `pulumi:"update,optional"`
	Delete                 *string            `pulumi:"delete,optional"`
	Environment            *map[string]string `pulumi:"environment,optional"`
	Stdin                  *string            `pulumi:"stdin,optional"`
	Logging                *output.Logging    `pulumi:"logging,optional"`
	AddPreviousOutputInEnv *bool              `pulumi:"addPreviousOutputInEnv,optional"`
}

// Annotate gives the defaults that show in a resource's inputs.
func (inputs *CommandInputs) Annotate(annotator infer.Annotator) {
	annotator.SetDefault(&inputs.AddPreviousOutputInEnv, true)
}

// Printed is what a run of the command leaves in state.
type Printed struct {
	Stdout string `pulumi:"stdout"`
	Stderr string `pulumi:"stderr"`
}

// CommandState is the whole of a Command in state.
type CommandState struct {
	CommandInputs
	Printed
}

// Create runs the create command, if there is one.
func (*Command) Create(
	ctx context.Context, request infer.CreateRequest[CommandInputs],
) (infer.CreateResponse[CommandState], error) {
	state := CommandState{CommandInputs: request.Inputs}
	id, err := resource.NewUniqueHex(request.Name, 8, 0)
	if err != nil {
		return infer.CreateResponse[CommandState]{}, err
	}
	if !request.DryRun && request.Inputs.Create != nil {
		state.Printed, err = run(ctx, *request.Inputs.Create, request.Inputs, Printed{})
	}
	return infer.CreateResponse[CommandState]{ID: id, Output: state}, err
}

// Update runs the update command, or else the create command, or else nothing.
func (*Command) Update(
	ctx context.Context, request infer.UpdateRequest[CommandInputs, CommandState],
) (infer.UpdateResponse[CommandState], error) {
	state := CommandState{CommandInputs: request.Inputs, Printed: request.State.Printed}
	command := request.Inputs.Update
	if command == nil {
		command = request.Inputs.Create
	}
	var err error
	if !request.DryRun && command != nil {
		state.Printed, err = run(ctx, *command, request.Inputs, request.State.Printed)
	}
	return infer.UpdateResponse[CommandState]{Output: state}, err
}

// Delete runs the delete command, if there is one.
func (*Command) Delete(ctx context.Context, request infer.DeleteRequest[CommandState]) (infer.DeleteResponse, error) {
	if request.State.Delete == nil {
		return infer.DeleteResponse{}, nil
	}
	_, err := run(ctx, *request.State.Delete, request.State.CommandInputs, request.State.Printed)
	return infer.DeleteResponse{}, err
}

// run runs command on the host and returns what it printed; previous is that of the run before.
func run(ctx context.Context, command string, inputs CommandInputs, previous Printed) (Printed, error) {
	client, disconnect, err := inputs.Connection.dial(ctx)
	if err != nil {
		return Printed{}, err
	}
	defer disconnect()
	session, err := client.NewSession()
	if err != nil {
		return Printed{}, fmt.Errorf("%s takes no command: %w", inputs.Connection.Host, err)
	}
	defer session.Close()
	setEnvironment(ctx, session, inputs, previous)
	if inputs.Stdin != nil {
		session.Stdin = strings.NewReader(*inputs.Stdin)
	}
	printed := output.New(ctx, inputs.Logging)
	session.Stdout, session.Stderr = printed.Stdout, printed.Stderr

	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		go tell(client, session, ssh.SIGTERM)
		select {
		case <-ended:
		case <-time.After(stopGrace):
			go func() { tell(client, session, ssh.SIGKILL); disconnect() }()
			select {
			case <-ended:
			case <-time.After(time.Second):
				disconnect()
			}
		}
	})
	err = session.Run(command)
	close(ended)
	if !stop() && err == nil {
		err = ctx.Err()
	}
	stdout, stderr, err := printed.End(command, err)
	return Printed{Stdout: stdout, Stderr: stderr}, err
}

// tell sends a signal to the command: a host ends none because the connection is gone. OpenSSH's server does so itself
// for all users but root; for root a second command does it, to the others that the same server process has started.
func tell(client *ssh.Client, session *ssh.Session, signal ssh.Signal) {
	_ = session.Signal(signal)
	second, err := client.NewSession()
	if err != nil {
		return
	}
	defer second.Close()
	_ = second.Run(fmt.Sprintf(
		`exec sh -c 'for p in $(ps -o pid= --ppid $PPID); do [ $p = $$ ] || kill -s %s -- -$p; done'`, signal))
}

// setEnvironment sends the variables; a host takes those that its AcceptEnv names, as the official plugin leaves it.
func setEnvironment(ctx context.Context, session *ssh.Session, inputs CommandInputs, previous Printed) {
	set := func(name, value string) {
		if err := session.Setenv(name, value); err != nil {
			p.GetLogger(ctx).Warningf("%s does not take the variable %s: name it in AcceptEnv of its sshd_config, "+
				"or write it before the command", inputs.Connection.Host, name)
		}
	}
	if inputs.Environment != nil {
		for name, value := range *inputs.Environment {
			set(name, value)
		}
	}
	if inputs.AddPreviousOutputInEnv != nil && !*inputs.AddPreviousOutputInEnv {
		return
	}
	for name, value := range output.PreviousVariables(previous.Stdout, previous.Stderr) {
		// Few hosts take these, and few commands ask for them.
		_ = session.Setenv(name, value)
	}
}
