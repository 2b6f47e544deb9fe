package remote

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	p "github.com/pulumi/pulumi-go-provider"
	"golang.org/x/crypto/ssh"
)

// Between two attempts, at first and at most.
const (
	firstPause = 200 * time.Millisecond
	mostPause  = 5 * time.Second
)

// dial connects, over the jump host where there is one. The function it returns closes all of it.
func (connection *Connection) dial(ctx context.Context) (*ssh.Client, func(), error) {
	if connection.Proxy == nil {
		return connect(ctx, &connection.endpoint, dialTCP(&connection.endpoint))
	}
	gate, closeGate, err := connect(ctx, &connection.Proxy.endpoint, dialTCP(&connection.Proxy.endpoint))
	if err != nil {
		return nil, func() {}, fmt.Errorf("jump host: %w", err)
	}
	client, closeClient, err := connect(ctx, &connection.endpoint, func(ctx context.Context, address string) (net.Conn, error) {
		return gate.DialContext(ctx, "tcp", address)
	})
	if err != nil {
		closeGate()
		return nil, func() {}, err
	}
	return client, func() { closeClient(); closeGate() }, nil
}

func dialTCP(to *endpoint) func(context.Context, string) (net.Conn, error) {
	dialer := net.Dialer{Timeout: to.timeout()}
	return func(ctx context.Context, address string) (net.Conn, error) {
		return dialer.DialContext(ctx, "tcp", address)
	}
}

// connect tries until it succeeds, the limit of errors is reached, or no further attempt can help.
func connect(
	ctx context.Context, to *endpoint, dial func(context.Context, string) (net.Conn, error),
) (*ssh.Client, func(), error) {
	config, release, err := to.config()
	if err != nil {
		return nil, func() {}, err
	}
	for attempt, pause := 1, firstPause; ; attempt, pause = attempt+1, min(2*pause, mostPause) {
		client, err := connectOnce(ctx, to, config, dial)
		if err == nil {
			return client, func() { _ = client.Close(); release() }, nil
		}
		limit := to.attempts()
		if ctx.Err() != nil || isWrongHostKey(err) || (limit >= 0 && attempt >= limit) {
			release()
			return nil, func() {}, fmt.Errorf("%s can't be reached (%d of %s attempts): %w",
				to.address(), attempt, limitText(limit), err)
		}
		p.GetLogger(ctx).InfoStatusf("%s: attempt %d of %s: %v", to.address(), attempt, limitText(limit), err)
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

func limitText(limit int) string {
	if limit < 0 {
		return "any number of"
	}
	return fmt.Sprint(limit)
}

func connectOnce(
	ctx context.Context, to *endpoint, config *ssh.ClientConfig, dial func(context.Context, string) (net.Conn, error),
) (*ssh.Client, error) {
	if timeout := to.timeout(); timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}
	raw, err := dial(ctx, to.address())
	if err != nil {
		return nil, err
	}
	// A connection over a jump host knows no deadlines; one that is closed ends the handshake too.
	stop := context.AfterFunc(ctx, func() { _ = raw.Close() })
	connected, channels, requests, err := ssh.NewClientConn(raw, to.address(), config)
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		_ = raw.Close()
		if ctx.Err() != nil {
			return nil, fmt.Errorf("no answer within %s: %w", to.timeout(), ctx.Err())
		}
		return nil, err
	}
	return ssh.NewClient(connected, channels, requests), nil
}

// The handshake hands on the text of a refused key alone in some versions of the library.
func isWrongHostKey(err error) bool {
	return errors.Is(err, errWrongHostKey) || strings.Contains(err.Error(), errWrongHostKey.Error())
}
