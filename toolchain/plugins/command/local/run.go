package local

import (
	"context"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"github.com/terraform-providers/terraform-provider-docker/knowngood/command/output"
)

// run runs command as inputs say and returns its results; previous are those of the run before.
// It throws away the output of a failed run, but for the error's text.
func run(ctx context.Context, command string, inputs Inputs, previous Results) (Results, error) {
	printed := output.New(ctx, inputs.Logging)
	arguments := append(interpreter(inputs), command)
	process := exec.CommandContext(ctx, arguments[0], arguments[1:]...)
	process.Stdout, process.Stderr = printed.Stdout, printed.Stderr
	process.Env = environment(inputs, previous)
	if inputs.Stdin != nil {
		process.Stdin = strings.NewReader(*inputs.Stdin)
	}
	directory, err := workingDirectory(inputs)
	if err != nil {
		return Results{}, err
	}
	process.Dir = directory
	ended := stopGroupWhenCancelled(process)

	err = process.Run()
	ended()
	stdout, stderr, err := printed.End(command, err)
	if err != nil {
		return Results{}, err
	}

	results := Results{
		Stdout: stdout,
		Stderr: stderr,
		// Without paths, an update keeps what an earlier run had found.
		Assets: previous.Assets, Archive: previous.Archive,
	}
	return results, collect(directory, inputs, &results)
}

func interpreter(inputs Inputs) []string {
	switch {
	case inputs.Interpreter != nil && len(*inputs.Interpreter) > 0:
		return append([]string{}, *inputs.Interpreter...)
	case runtime.GOOS == "windows":
		return []string{"cmd", "/C"}
	default:
		return []string{"/bin/sh", "-c"}
	}
}

func workingDirectory(inputs Inputs) (string, error) {
	if inputs.Dir != nil {
		return *inputs.Dir, nil
	}
	return os.Getwd()
}

// environment is the plugin's own, then the resource's, then the previous outputs: of equal names the last one counts.
func environment(inputs Inputs, previous Results) []string {
	variables := os.Environ()
	if inputs.Environment != nil {
		for name, value := range *inputs.Environment {
			variables = append(variables, name+"="+value)
		}
	}
	if inputs.AddPreviousOutputInEnv == nil || *inputs.AddPreviousOutputInEnv {
		for name, value := range output.PreviousVariables(previous.Stdout, previous.Stderr) {
			variables = append(variables, name+"="+value)
		}
	}
	return variables
}
