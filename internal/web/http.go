package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// failure is a call that was not done, with why and what to do, for the caller.
type failure struct {
	status int
	text   string
}

func (f failure) Error() string { return f.text }

func refuse(status int, format string, args ...any) error {
	return failure{status, fmt.Sprintf(format, args...)}
}

// call answers with what f returns, as JSON. Errors other than a failure are
// logged here, once, and told without their details.
func (s *Server) call(f func(*http.Request) (any, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, err := f(r)
		var no failure
		if err != nil && !errors.As(err, &no) && r.Context().Err() == nil {
			s.cfg.Log.Error("playground call failed", "path", r.URL.Path, "err", err)
		}
		if err != nil {
			writeError(w, err)
			return
		}
		writeJSON(w, http.StatusOK, answer)
	})
}

func writeError(w http.ResponseWriter, err error) {
	no := failure{http.StatusInternalServerError, "the playground could not do this; its log says why"}
	_ = errors.As(err, &no)
	writeJSON(w, no.status, map[string]string{"error": no.text})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		status, b = http.StatusInternalServerError, []byte(`{"error":"the answer could not be written"}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(b)
}

// readBody decodes one JSON object of at most 1 MiB.
func readBody(r *http.Request, into any) error {
	dec := json.NewDecoder(http.MaxBytesReader(nil, r.Body, 1<<20))
	err := dec.Decode(into)
	if err == nil {
		if _, err = dec.Token(); err == nil {
			err = errors.New("more follows after it")
		} else if errors.Is(err, io.EOF) {
			err = nil
		}
	}
	return bodyError(err)
}

func bodyError(err error) error {
	var big *http.MaxBytesError
	var typed *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &big):
		return refuse(http.StatusRequestEntityTooLarge, "the body is larger than 1 MiB")
	case errors.As(err, &typed) && typed.Field != "":
		return refuse(http.StatusBadRequest, "the key %q must be a %s, not a %s", typed.Field, typed.Type, typed.Value)
	}
	return refuse(http.StatusBadRequest, "the body must be one JSON object: %v", err)
}

// need takes pairs of a key and its value and refuses the first that is empty.
func need(pairs ...string) error {
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			return refuse(http.StatusBadRequest, "the key %q is missing", pairs[i])
		}
	}
	return nil
}

// nothingHere tells a wrong method from a wrong address.
func (s *Server) nothingHere(w http.ResponseWriter, r *http.Request) {
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		other := r.Clone(r.Context())
		other.Method = method
		if _, pattern := s.mux.Handler(other); pattern != "/" && pattern != "" {
			w.Header().Set("Allow", method)
			writeError(w, refuse(http.StatusMethodNotAllowed, "%s takes %s, not %s", r.URL.Path, method, r.Method))
			return
		}
	}
	writeError(w, refuse(http.StatusNotFound, "there is nothing at %s", r.URL.Path))
}
