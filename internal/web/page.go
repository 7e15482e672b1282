package web

import (
	"bytes"
	"embed"
	"html/template"
	"io/fs"
	"net/http"
)

var (
	//go:embed page.html
	pageHTML string
	//go:embed static
	static embed.FS

	pageTemplate = template.Must(template.New("page").Parse(pageHTML))
)

// staticFiles serves the script, the style sheet and the icon.
func staticFiles() http.Handler {
	sub, err := fs.Sub(static, "static")
	if err != nil {
		panic(err) // the folder is part of the program
	}
	files := http.StripPrefix("/static/", http.FileServerFS(sub))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-cache")
		files.ServeHTTP(w, r)
	})
}

// picture serves a message's picture. Whoever acts here may act as anybody, so
// that nobody is asked for.
func (s *Server) picture(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	m, ok := s.state.message(r.PathValue("message"))
	s.mu.Unlock()
	if !ok || m.Body.Card == nil || m.Body.Card.Image == nil {
		writeError(w, refuse(http.StatusNotFound, "there is no picture at %s", r.URL.Path))
		return
	}
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("Cache-Control", "no-cache") // an edit may bring another
	_, _ = w.Write(m.Body.Card.Image.PNG)
}

func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	people, err := s.cfg.People(r.Context())
	if err != nil {
		s.cfg.Log.Error("page", "err", err)
		writeError(w, err)
		return
	}
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, struct{ People []Person }{people}); err != nil {
		s.cfg.Log.Error("page", "err", err)
		writeError(w, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(b.Bytes())
}
