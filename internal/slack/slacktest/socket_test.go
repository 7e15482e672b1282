package slacktest_test

import (
	"testing"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

// frame is one message of Socket Mode.
type frame struct {
	Type           string         `json:"type"`
	Reason         string         `json:"reason"`
	EnvelopeID     string         `json:"envelope_id"`
	NumConnections int            `json:"num_connections"`
	Accepts        bool           `json:"accepts_response_payload"`
	Payload        map[string]any `json:"payload"`
}

// dial opens a connection by hand.
func dial(t *testing.T, api *slack.Client) *websocket.Conn {
	t.Helper()
	_, link, err := socketmode.New(api).OpenContext(soon(t))
	if err != nil {
		t.Fatal(err)
	}
	conn, _, err := websocket.DefaultDialer.DialContext(soon(t), link, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func read(t *testing.T, conn *websocket.Conn) frame {
	t.Helper()
	var f frame
	if err := conn.ReadJSON(&f); err != nil {
		t.Fatal(err)
	}
	return f
}

func TestRefreshMovesDeliveriesToTheOther(t *testing.T) {
	t.Parallel()
	srv, api := workspace(t)
	old := dial(t, api)
	if f := read(t, old); f.Type != "hello" || f.NumConnections != 1 {
		t.Errorf("hello = %+v", f)
	}
	young := dial(t, api)
	if f := read(t, young); f.NumConnections != 2 {
		t.Errorf("hello = %+v", f)
	}
	srv.Refresh()
	if a, b := read(t, old), read(t, old); a.Reason != "warning" || b.Reason != "refresh_requested" {
		t.Errorf("told %+v, %+v", a, b)
	}
	for range 5 {
		d := srv.User("U1").GlobalShortcut("new")
		f := read(t, young)
		if f.Type != "interactive" || !f.Accepts || f.Payload["trigger_id"] != d.TriggerID {
			t.Fatalf("envelope = %+v", f)
		}
		if err := young.WriteJSON(map[string]any{"envelope_id": f.EnvelopeID}); err != nil {
			t.Fatal(err)
		}
		if err := d.Wait(soon(t)); err != nil {
			t.Fatal(err)
		}
	}
	_ = old.Close()
	if err := srv.WaitSockets(soon(t), 1); err != nil {
		t.Fatal(err)
	}
}

func TestSilenceLosesDeliveriesWithoutBlame(t *testing.T) {
	t.Parallel()
	srv, api := workspace(t)
	read(t, dial(t, api))
	srv.Silence()
	if err := srv.User("U1").GlobalShortcut("new").Wait(soon(t)); err == nil || err.Error() != "operation_timeout" {
		t.Errorf("lost: %v", err)
	}
	if v := srv.Violations(); len(v) != 0 {
		t.Errorf("violations = %q", v)
	}
}

func TestConnectionsAreRefused(t *testing.T) {
	t.Parallel()
	srv, api := workspace(t)
	srv.MaxSockets(1)
	first := dial(t, api)
	read(t, first)
	if f := read(t, dial(t, api)); f.Type != "disconnect" || f.Reason != "too_many_websockets" {
		t.Errorf("second = %+v", f)
	}
	srv.SocketModeOff(true)
	if f := read(t, first); f.Reason != "link_disabled" {
		t.Errorf("first = %+v", f)
	}
	if _, _, err := socketmode.New(api).OpenContext(soon(t)); err == nil {
		t.Error("Socket Mode is off")
	}
	if err := srv.User("U1").GlobalShortcut("new").Wait(soon(t)); err == nil || err.Error() != "dispatch_failed" {
		t.Errorf("nobody there: %v", err)
	}
}

func TestSlackGoComesBackAfterARefresh(t *testing.T) {
	t.Parallel()
	srv, api := workspace(t)
	connect(t, srv, api, func(slack.SlashCommand) any { return words("here") }, func(slack.InteractionCallback) any { return nil })
	before := len(srv.Calls("apps.connections.open"))
	srv.Refresh()
	until(t, srv, func() bool { return len(srv.Calls("apps.connections.open")) > before && srv.Sockets() == 1 })
	until(t, srv, func() bool {
		d := srv.User("U2").Slash("C1", "/ticket", "")
		return d.Wait(soon(t)) == nil && d.Answered(soon(t)) == nil
	})
}

func TestTooBigAnAnswerIsNotTaken(t *testing.T) {
	t.Parallel()
	srv, api := workspace(t)
	srv.Tolerate()
	conn := dial(t, api)
	read(t, conn)
	d := srv.User("U1").Slash("C1", "/ticket", "")
	f := read(t, conn)
	if err := conn.WriteJSON(map[string]any{"envelope_id": f.EnvelopeID, "payload": map[string]any{"text": string(make([]byte, 20<<10))}}); err != nil {
		t.Fatal(err)
	}
	if err := d.Wait(soon(t)); err == nil || len(srv.Violations()) == 0 {
		t.Errorf("taken: %v, %q", err, srv.Violations())
	}
}
