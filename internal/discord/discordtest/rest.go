package discordtest

import (
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"time"
)

// mux are the calls of the API that Deskbell makes.
func (s *Server) mux() http.Handler {
	mux := http.NewServeMux()
	on := func(pattern string, f func(w http.ResponseWriter, r *http.Request, in sent)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			in, err := read(r)
			s.mu.Lock()
			defer s.mu.Unlock()
			if err != nil {
				s.fail("%s %s: %v", r.Method, r.URL.Path, err)
				refuse(w, http.StatusBadRequest, 50109, "The request body contains invalid JSON.")
				return
			}
			if !strings.Contains(r.URL.Path, "/webhooks/") && !strings.Contains(r.URL.Path, "/interactions/") && r.Header.Get("Authorization") != s.auth() {
				refuse(w, http.StatusUnauthorized, 0, "401: Unauthorized")
				return
			}
			if !s.rates.lets(w, r) {
				return
			}
			if s.slow != nil {
				status := s.slow(r.Method, r.URL.Path)
				switch status {
				case CutBefore:
					panic(http.ErrAbortHandler)
				case CutAfter:
					f(httptest.NewRecorder(), r, in)
					panic(http.ErrAbortHandler)
				case http.StatusTooManyRequests:
					s.rates.no(w, time.Second, false)
					return
				}
				if status < 0 {
					f(httptest.NewRecorder(), r, in)
					status = -status
				}
				if status != 0 {
					refuse(w, status, 0, "a fault that was asked for")
					return
				}
			}
			f(w, r, in)
		})
	}
	const v = "/api/v10"
	checked := func(pattern, shape string, f func(w http.ResponseWriter, r *http.Request, in sent)) {
		on(pattern, func(w http.ResponseWriter, r *http.Request, in sent) {
			if err := Check(in.json, shape); err != nil {
				s.fail("%s: %v\n%s", pattern, err, in.json)
				refuse(w, 400, 50035, "Invalid Form Body")
				return
			}
			f(w, r, in)
		})
	}
	on("GET "+v+"/users/@me", func(w http.ResponseWriter, _ *http.Request, _ sent) {
		write(w, 200, map[string]string{"id": Bot, "username": "deskbell"})
	})
	on("GET "+v+"/applications/@me", func(w http.ResponseWriter, _ *http.Request, _ sent) {
		write(w, 200, map[string]any{"id": Application, "verify_key": s.PublicKey(), "interactions_endpoint_url": s.endpoint})
	})
	on("GET "+v+"/channels/{channel}", func(w http.ResponseWriter, r *http.Request, _ sent) {
		if c := s.channels[r.PathValue("channel")]; c == nil {
			refuse(w, 404, 10003, "Unknown Channel")
		} else if c.Hidden {
			refuse(w, 403, 50001, "Missing Access")
		} else {
			write(w, 200, map[string]any{"id": c.ID, "type": c.Type, "name": c.Name, "guild_id": Guild, "permission_overwrites": []map[string]any{{"id": Bot, "type": 1, "allow": "0", "deny": strconv.FormatInt(c.Denied, 10)}}})
		}
	})
	on("GET "+v+"/users/@me/guilds", func(w http.ResponseWriter, _ *http.Request, _ sent) {
		all := []map[string]string{}
		for _, id := range s.guilds {
			all = append(all, map[string]string{"id": id})
		}
		write(w, 200, all)
	})
	on("GET "+v+"/applications/{app}/guilds/{guild}/commands", func(w http.ResponseWriter, _ *http.Request, _ sent) { write(w, 200, s.commands) })
	on("PUT "+v+"/applications/{app}/guilds/{guild}/commands", func(w http.ResponseWriter, _ *http.Request, in sent) {
		if err := checkCommands(in.json); err != nil {
			s.fail("%v\n%s", err, in.json)
			refuse(w, 400, 50035, "Invalid Form Body")
			return
		}
		s.commands, s.puts = in.json, s.puts+1
		write(w, 200, s.commands)
	})
	on("GET "+v+"/guilds/{guild}/channels", func(w http.ResponseWriter, _ *http.Request, _ sent) {
		var all []map[string]any
		for _, c := range s.channels {
			if c.Type == 0 {
				all = append(all, map[string]any{"id": c.ID, "name": c.Name, "type": 0})
			}
		}
		write(w, 200, all)
	})
	on("GET "+v+"/guilds/{guild}/members/{user}", func(w http.ResponseWriter, r *http.Request, _ sent) {
		u := s.users[r.PathValue("user")]
		if r.PathValue("user") == Bot {
			write(w, 200, map[string]any{"user": map[string]any{"id": Bot, "username": "deskbell", "bot": true}, "roles": []string{botRole}})
			return
		}
		if u.Guild != Guild {
			refuse(w, 404, 10007, "Unknown Member")
			return
		}
		write(w, 200, map[string]any{"user": s.user(u.ID), "roles": append([]string{}, u.Roles...)})
	})
	on("GET "+v+"/guilds/{guild}/members/search", func(w http.ResponseWriter, r *http.Request, _ sent) {
		all, query := []map[string]any{}, strings.ToLower(r.URL.Query().Get("query"))
		for _, u := range s.users {
			if u.Guild == Guild && (strings.HasPrefix(strings.ToLower(u.Name), query) || strings.HasPrefix(strings.ToLower(u.Global), query)) {
				all = append(all, map[string]any{"user": s.user(u.ID), "roles": append([]string{}, u.Roles...)})
			}
		}
		write(w, 200, all)
	})
	on("DELETE "+v+"/webhooks/{app}/{token}/messages/@original", func(w http.ResponseWriter, r *http.Request, _ sent) {
		if g := s.tokens[r.PathValue("token")]; g == nil || g.shown == nil {
			refuse(w, 404, 10015, "Unknown Webhook")
		} else {
			g.shown.Deleted = true
			w.WriteHeader(http.StatusNoContent)
		}
	})
	checked("POST "+v+"/users/@me/channels", "CreatePrivateChannelRequest", func(w http.ResponseWriter, _ *http.Request, in sent) {
		var b struct {
			User string `json:"recipient_id"`
		}
		_ = json.Unmarshal(in.json, &b)
		if _, ok := s.users[b.User]; !ok {
			refuse(w, 404, 10013, "Unknown User")
			return
		}
		write(w, 200, map[string]any{"id": s.dm(b.User), "type": 1})
	})
	on("GET "+v+"/gateway/bot", func(w http.ResponseWriter, _ *http.Request, _ sent) {
		left, reset := s.gate.budget, 0
		if left < 0 {
			left = 1000
		}
		if left == 0 {
			reset = 200
			s.gate.refill = time.Now().Add(200 * time.Millisecond)
		}
		write(w, 200, map[string]any{"url": s.socketURL() + "/gateway", "shards": 1, "session_start_limit": map[string]any{"total": 1000, "remaining": left, "reset_after": reset, "max_concurrency": 1}})
	})
	on("GET "+v+"/guilds/{guild}/roles", func(w http.ResponseWriter, _ *http.Request, _ sent) {
		write(w, 200, []map[string]string{{"id": Guild, "name": "@everyone", "permissions": "0"}, {"id": Role, "name": "Desk", "permissions": "0"}, {"id": botRole, "name": "Deskbell", "permissions": strconv.FormatInt(s.granted, 10)}})
	})
	on("POST "+v+"/interactions/{id}/{token}/callback", s.callback)
	checked("POST "+v+"/channels/{channel}/threads", "CreateTextThreadWithoutMessageRequest", func(w http.ResponseWriter, r *http.Request, in sent) {
		var b struct {
			Name string
			Type int
		}
		if json.Unmarshal(in.json, &b) != nil || b.Name == "" || b.Type != 12 || s.channels[r.PathValue("channel")] == nil {
			s.fail("a private thread: %s", in.json)
		}
		c := &Channel{ID: s.id(), Name: b.Name, Parent: r.PathValue("channel"), Type: 12, Owner: Bot}
		s.channels[c.ID] = c
		write(w, 201, map[string]any{"id": c.ID})
	})
	on("PUT "+v+"/channels/{channel}/thread-members/{user}", func(w http.ResponseWriter, r *http.Request, _ sent) {
		c := s.channels[r.PathValue("channel")]
		switch {
		case c == nil:
			refuse(w, 404, 10003, "Unknown Channel")
			return
		case s.users[r.PathValue("user")].Guild != Guild:
			refuse(w, 404, 10007, "Unknown Member")
			return
		}
		c.With = r.PathValue("user")
		w.WriteHeader(http.StatusNoContent)
	})
	on("GET "+v+"/guilds/{guild}/threads/active", func(w http.ResponseWriter, _ *http.Request, _ sent) {
		all := []map[string]any{}
		for _, c := range s.channels {
			if c.Type >= 11 && !c.Archived {
				all = append(all, map[string]any{"id": c.ID, "name": c.Name, "parent_id": c.Parent, "type": c.Type, "owner_id": c.Owner})
			}
		}
		write(w, 200, map[string]any{"threads": all})
	})
	checked("PATCH "+v+"/channels/{channel}", "UpdateThreadRequestPartial", func(w http.ResponseWriter, r *http.Request, in sent) {
		c := s.channels[r.PathValue("channel")]
		switch {
		case c == nil:
			refuse(w, 404, 10003, "Unknown Channel")
		case c.Locked:
			refuse(w, 403, 50013, "Missing Permissions")
		default:
			c.Archived = false
			write(w, 200, map[string]any{"id": c.ID})
		}
	})
	on("GET "+v+"/channels/{channel}/messages/{message}", func(w http.ResponseWriter, r *http.Request, _ sent) {
		m := s.message(r.PathValue("message"))
		if m == nil || m.Deleted || m.Channel != r.PathValue("channel") {
			refuse(w, 404, 10008, "Unknown Message")
			return
		}
		write(w, 200, s.wire(m))
	})
	on("POST "+v+"/channels/{channel}/messages", s.create)
	on("GET "+v+"/channels/{channel}/messages", s.list)
	on("PATCH "+v+"/channels/{channel}/messages/{message}", s.edit)
	checked("POST "+v+"/channels/{channel}/messages/{message}/threads", "CreateTextThreadWithMessageRequest", s.thread)
	on("PATCH "+v+"/webhooks/{app}/{token}/messages/@original", s.original)
	on("POST "+v+"/webhooks/{app}/{token}", s.follow)
	mux.HandleFunc("/gateway/", s.serveGateway)
	mux.HandleFunc("/resume/", s.serveGateway)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.fail("no such call: %s %s", r.Method, r.URL.Path)
		refuse(w, 404, 0, "404: Not Found")
	})
	return mux
}

// sent is a call's body: JSON, and the files beside it.
type sent struct {
	json  json.RawMessage
	files map[string][]byte
}

func read(r *http.Request) (sent, error) {
	kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "multipart/form-data" {
		b, err := io.ReadAll(r.Body)
		if err == nil && len(b) > 0 && !json.Valid(b) {
			err = problem("no JSON")
		}
		return sent{json: b}, err
	}
	in := sent{files: map[string][]byte{}}
	for mr := multipart.NewReader(r.Body, params["boundary"]); ; {
		p, err := mr.NextPart()
		if err == io.EOF {
			return in, nil
		}
		if err != nil {
			return in, err
		}
		b, err := io.ReadAll(p)
		if err != nil {
			return in, err
		}
		if p.FormName() == "payload_json" {
			in.json = b
		} else {
			in.files[p.FileName()] = b
		}
	}
}
