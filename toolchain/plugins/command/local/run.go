package local

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"

	p "github.com/pulumi/pulumi-go-provider"
)

// An error message travels in a header of limited size; the end of the output is what explains a failure.
const errorOutputLimit = 256 * 1024

// A single environment value of 128 KiB or more makes the kernel refuse to start any process.
const environmentValueLimit = 120 * 1024

// run runs command as inputs say and returns its results; previous are those of the run before.
// It throws away the output of a failed run, but for the error's text.
func run(ctx context.Context, command string, inputs Inputs, previous Results) (Results, error) {
	var stdout, stderr bytes.Buffer
	both := &lockedBuffer{}
	show := &sync.Mutex{}
	stream := func(kept io.Writer, name Logging) (io.Writer, func()) {
		if !inputs.shows(name) {
			return io.MultiWriter(kept, both), func() {}
		}
		lines := &lineWriter{show: func(line string) {
			show.Lock()
			defer show.Unlock()
			p.GetLogger(ctx).InfoStatus(line)
		}}
		return io.MultiWriter(kept, both, lines), lines.flush
	}

	arguments := append(interpreter(inputs), command)
	process := exec.CommandContext(ctx, arguments[0], arguments[1:]...)
	var flushStdout, flushStderr func()
	process.Stdout, flushStdout = stream(&stdout, LogStdout)
	process.Stderr, flushStderr = stream(&stderr, LogStderr)
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
	flushStdout()
	flushStderr()
	if err != nil {
		return Results{}, fmt.Errorf("%w: running %q:\n%s", err, command, both.tail(errorOutputLimit))
	}

	results := Results{
		Stdout: strings.TrimSuffix(stdout.String(), "\n"),
		Stderr: strings.TrimSuffix(stderr.String(), "\n"),
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
		if previous.Stdout != "" {
			variables = append(variables, "PULUMI_COMMAND_STDOUT="+bounded(previous.Stdout))
		}
		if previous.Stderr != "" {
			variables = append(variables, "PULUMI_COMMAND_STDERR="+bounded(previous.Stderr))
		}
	}
	return variables
}

func bounded(value string) string {
	if len(value) > environmentValueLimit {
		return value[:environmentValueLimit]
	}
	return value
}
