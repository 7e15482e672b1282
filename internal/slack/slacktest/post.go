package slacktest

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// Sign is Slack's signature of a body sent at ts.
func Sign(secret string, ts time.Time, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("v0:" + strconv.FormatInt(ts.Unix(), 10) + ":"))
	mac.Write(body)
	return "v0=" + hex.EncodeToString(mac.Sum(nil))
}

// client sends deliveries, each on a connection of its own: nothing stays open.
var client = &http.Client{
	Transport:     &http.Transport{DisableKeepAlives: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func (s *Server) post(ctx context.Context, target string, body []byte, ts time.Time, secret string, header map[string]string) (*http.Response, []byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, target, bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	r.Header.Set("User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)")
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Slack-Request-Timestamp", strconv.FormatInt(ts.Unix(), 10))
	r.Header.Set("X-Slack-Signature", Sign(secret, ts, body))
	for k, v := range header {
		r.Header.Set(k, v)
		if v == "" {
			r.Header.Del(k)
		}
	}
	res, err := client.Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	return res, answer, err
}

// Post sends anything, signed with the secret as of ts, to a path below the URL
// of [Server.Over]. header replaces what Slack would send, "" leaves one out.
// The status is 0 if there was no answer.
func (s *Server) Post(path string, body []byte, ts time.Time, secret string, header map[string]string) (status int, answer []byte) {
	s.mu.Lock()
	base := s.over
	s.mu.Unlock()
	res, answer, err := s.post(s.ctx, base+path, body, ts, secret, header)
	if err != nil {
		return 0, nil
	}
	return res.StatusCode, answer
}

// VerifyURL sends url_verification and fails unless the challenge comes back.
func (s *Server) VerifyURL() error {
	challenge := rand.Text()
	body, err := json.Marshal(map[string]string{"token": "verification", "challenge": challenge, "type": "url_verification"})
	if err != nil {
		return err
	}
	status, answer := s.Post(paths["event"], body, time.Now(), s.SigningSecret, map[string]string{"Content-Type": "application/json"})
	var echo struct{ Challenge string }
	if status != http.StatusOK || string(answer) != challenge && (json.Unmarshal(answer, &echo) != nil || echo.Challenge != challenge) {
		return errors.New("slacktest: the challenge did not come back: " + strconv.Itoa(status) + " " + string(answer))
	}
	return nil
}

// post brings a delivery over HTTP.
func (d *Delivery) post(base string) {
	body, kind := d.wire()
	header := map[string]string{"Content-Type": kind}
	if d.retry > 0 {
		header["X-Slack-Retry-Num"], header["X-Slack-Retry-Reason"] = strconv.Itoa(d.retry), d.reason
	}
	ctx, cancel := context.WithTimeout(d.s.ctx, ackWithin)
	defer cancel()
	res, answer, err := d.s.post(ctx, base+paths[d.Kind], body, time.Now(), d.s.SigningSecret, header)
	var op *net.OpError
	switch {
	case err == nil:
		d.take(res.StatusCode, res.Header, answer)
	case d.s.ctx.Err() != nil || errors.As(err, &op) && op.Op == "dial":
		d.gone()
	case ctx.Err() != nil:
		d.late()
	default:
		d.gone() // the line was cut
	}
}
