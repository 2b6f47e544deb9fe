//go:build !windows

package local

import (
	"os/exec"
	"syscall"
	"time"
)

// Docker's own grace between SIGTERM and SIGKILL.
const stopGrace = 10 * time.Second

// stopGroupWhenCancelled ends the command with all its children when the operation is interrupted or times out:
// a shell that is killed alone leaves its children running. The function it returns is to be called once the
// process has ended.
func stopGroupWhenCancelled(process *exec.Cmd) func() {
	ended := make(chan struct{})
	process.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	process.Cancel = func() error {
		group := -process.Process.Pid
		go func() {
			select {
			case <-ended:
			case <-time.After(stopGrace):
				_ = syscall.Kill(group, syscall.SIGKILL)
			}
		}()
		return syscall.Kill(group, syscall.SIGTERM)
	}
	return func() { close(ended) }
}
