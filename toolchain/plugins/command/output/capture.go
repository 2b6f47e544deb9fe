// Package output keeps and shows what a command prints.
package output

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"sync"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
)

// An error message travels in a header of limited size; the end of the output is what explains a failure.
const errorOutputLimit = 256 * 1024

// A single environment value of 128 KiB or more makes the kernel refuse to start any process.
const environmentValueLimit = 120 * 1024

// Logging says which streams are shown while the command runs. It does not change what is kept as output.
type Logging string

// The values of Logging.
const (
	LogStdout          Logging = "stdout"
	LogStderr          Logging = "stderr"
	LogStdoutAndStderr Logging = "stdoutAndStderr"
	LogNone            Logging = "none"
)

// Values makes every other value an error of validation.
func (Logging) Values() []infer.EnumValue[Logging] {
	return []infer.EnumValue[Logging]{
		{Name: string(LogStdout), Value: LogStdout, Description: "Show stdout only"},
		{Name: string(LogStderr), Value: LogStderr, Description: "Show stderr only"},
		{Name: string(LogStdoutAndStderr), Value: LogStdoutAndStderr, Description: "Show both (the default)"},
		{Name: string(LogNone), Value: LogNone, Description: "Show nothing"},
	}
}

// Capture takes what one run of a command prints.
type Capture struct {
	Stdout, Stderr           io.Writer
	keptStdout, keptStderr   bytes.Buffer
	both                     lockedBuffer
	flushStdout, flushStderr func()
}

// New shows lines as logging says; nil shows all.
func New(ctx context.Context, logging *Logging) *Capture {
	capture := &Capture{}
	show := &sync.Mutex{}
	stream := func(kept io.Writer, name Logging) (io.Writer, func()) {
		if logging != nil && *logging != LogStdoutAndStderr && *logging != name {
			return io.MultiWriter(kept, &capture.both), func() {}
		}
		lines := &lineWriter{show: func(line string) {
			show.Lock()
			defer show.Unlock()
			p.GetLogger(ctx).InfoStatus(line)
		}}
		return io.MultiWriter(kept, &capture.both, lines), lines.flush
	}
	capture.Stdout, capture.flushStdout = stream(&capture.keptStdout, LogStdout)
	capture.Stderr, capture.flushStderr = stream(&capture.keptStderr, LogStderr)
	return capture
}

// End returns what was printed, without its last line end; or, where the command ended with err, an error that has the
// end of it.
func (capture *Capture) End(command string, err error) (stdout, stderr string, _ error) {
	capture.flushStdout()
	capture.flushStderr()
	if err != nil {
		return "", "", fmt.Errorf("%w: running %q:\n%s", err, command, capture.both.tail(errorOutputLimit))
	}
	trimmed := func(kept *bytes.Buffer) string { return strings.TrimSuffix(kept.String(), "\n") }
	return trimmed(&capture.keptStdout), trimmed(&capture.keptStderr), nil
}

// PreviousVariables tell a command what the one before it has printed.
func PreviousVariables(stdout, stderr string) map[string]string {
	variables := map[string]string{}
	for name, value := range map[string]string{"PULUMI_COMMAND_STDOUT": stdout, "PULUMI_COMMAND_STDERR": stderr} {
		if value != "" {
			variables[name] = value[:min(len(value), environmentValueLimit)]
		}
	}
	return variables
}
