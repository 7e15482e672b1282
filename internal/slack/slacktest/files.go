package slacktest

import (
	"bytes"
	"encoding/json"
	"image/png"
	"io"
	"net/http"
	"strconv"
)

// File was uploaded by the app. It is shown by a message that names it.
type File struct {
	ID, Name, Alt string
	Bytes         []byte
	length        int
	done          bool // completeUploadExternal
	refusals      int  // messages that were refused since
}

// SlowFiles refuses so many messages with each new file, as Slack does until it
// has looked at it.
func (s *Server) SlowFiles(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.slow = n
}

// File is the uploaded file with the id, false if there is none.
func (s *Server) File(id string) (File, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.files[id]
	if f == nil {
		return File{}, false
	}
	return *f, true
}

// uploadURL begins an upload. Source: docs.slack.dev, files.getUploadURLExternal.
func (s *Server) uploadURL(p params) (map[string]any, *slackError) {
	n, err := strconv.Atoi(p.Get("length"))
	switch {
	case err != nil || n <= 0 || p.Get("filename") == "":
		return nil, no("missing_argument")
	case len([]rune(p.Get("alt_txt"))) > 1000:
		return nil, no("alt_txt_too_large")
	}
	f := &File{ID: s.id("F0FILE00"), Name: p.Get("filename"), Alt: p.Get("alt_txt"), length: n}
	s.files[f.ID] = f
	return map[string]any{"upload_url": "http://" + s.addr + "/upload/" + f.ID, "file_id": f.ID}, nil
}

// serveUpload takes the bytes.
func (s *Server) serveUpload(w http.ResponseWriter, r *http.Request) {
	part, _, err := r.FormFile("file")
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	b, err := io.ReadAll(part)
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.files[r.PathValue("id")]
	if err != nil || f == nil || len(b) != f.length {
		s.violate("upload of %s: %d bytes", r.PathValue("id"), len(b))
		http.Error(w, "no such upload", http.StatusBadRequest)
		return
	}
	if _, err := png.Decode(bytes.NewReader(b)); err != nil {
		s.violate("upload of %s: no picture: %v", f.Name, err)
	}
	f.Bytes = b
	_, _ = io.WriteString(w, "OK - "+strconv.Itoa(len(b))) // the client may be gone
}

func (s *Server) completeUpload(p params) (map[string]any, *slackError) {
	var all []struct {
		ID string `json:"id"`
	}
	if json.Unmarshal([]byte(p.Get("files")), &all) != nil || len(all) == 0 {
		return nil, no("invalid_arguments")
	}
	var out []map[string]any
	for _, one := range all {
		f := s.files[one.ID]
		if f == nil || f.Bytes == nil {
			return nil, no("file_not_found")
		}
		f.done = true
		out = append(out, map[string]any{"id": f.ID, "name": f.Name, "mimetype": ""})
	}
	return map[string]any{"files": out}, nil
}

// unseen is Slack's word for a file that it has yet to look at.
var unseen = &slackError{"invalid_blocks", map[string]any{"errors": []string{"invalid slack file [json-pointer:/blocks/0/slack_file]"}}}

// showFiles refuses blocks that show a file which is not there, or not seen yet.
func (s *Server) showFiles(blocks json.RawMessage) *slackError {
	var all []map[string]any
	_ = json.Unmarshal(blocks, &all) // they were read before
	for _, b := range all {
		if str(b, "type") != "image" || b["slack_file"] == nil {
			continue
		}
		f := s.files[str(obj(b["slack_file"]), "id")]
		if f == nil || !f.done {
			return no("invalid_blocks")
		}
		if f.refusals < s.slow {
			f.refusals++
			return unseen
		}
	}
	return nil
}
