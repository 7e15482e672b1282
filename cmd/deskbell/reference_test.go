package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"deskbell.dev/deskbell/store/bare"
)

// reference is the smallest server that can take a press of a button durably:
// it verifies the signature, parses, commits the bare transaction in a group,
// and answers. The benchmarks of Slack are set beside it.
func reference() {
	if err := serveReference(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serveReference() error {
	commit, _, err := bare.SQLite(context.Background(), os.Getenv("DESKBELL_DATABASE_URL"), loadTickets)
	if err != nil {
		return err
	}
	secret := []byte(os.Getenv("DESKBELL_SLACK_SIGNING_SECRET"))
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "listen=%s\n", ln.Addr())
	return http.Serve(ln, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			http.Error(w, "too large", http.StatusRequestEntityTooLarge)
			return
		}
		ts := r.Header.Get("X-Slack-Request-Timestamp")
		at, _ := strconv.ParseInt(ts, 10, 64)
		mac := hmac.New(sha256.New, secret)
		mac.Write([]byte("v0:" + ts + ":"))
		mac.Write(body)
		sig, _ := hex.DecodeString(strings.TrimPrefix(r.Header.Get("X-Slack-Signature"), "v0="))
		if time.Since(time.Unix(at, 0)).Abs() > 5*time.Minute || !hmac.Equal(sig, mac.Sum(nil)) {
			http.Error(w, "not signed", http.StatusUnauthorized)
			return
		}
		f, err := url.ParseQuery(string(body))
		var in struct {
			Actions []struct {
				ActionID string `json:"action_id"`
			}
		}
		if err == nil {
			err = json.Unmarshal([]byte(f.Get("payload")), &in)
		}
		if err != nil || len(in.Actions) == 0 {
			http.Error(w, "not readable", http.StatusBadRequest)
			return
		}
		n, _ := strconv.ParseInt(strings.Split(in.Actions[0].ActionID, ";")[1], 10, 64)
		if err := commit(n); err != nil {
			http.Error(w, "not saved", http.StatusInternalServerError)
		}
	}))
}
