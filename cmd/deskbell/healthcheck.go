package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"
)

type healthcheckCmd struct{}

// Run asks the desk that listens on this machine whether it answers. The image
// has no shell and no curl, so the program asks itself.
func (healthcheckCmd) Run(g *globals) error {
	f, err := g.load()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(g.ctx, 3*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+here(f.HTTP.Listen)+"/healthz", nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the desk answered %s", resp.Status)
	}
	return nil
}

// here is the address by which this machine reaches a listener. A listener on
// every interface is reached by number: an empty container knows no names.
func here(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if ip := net.ParseIP(host); err == nil && (host == "" || ip != nil && ip.IsUnspecified()) {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return listen
}
