package web

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// guard lets this machine's own browser and scripts in and nobody else. The
// Host check is what stops a foreign page whose name was made to resolve to
// 127.0.0.1 (DNS rebinding); the others stop other machines and other origins.
func guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; "+
			"img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		if why := foreign(r); why != "" {
			writeError(w, refuse(http.StatusForbidden, "%s", why))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// foreign says why r does not come from this machine's own page or script, ""
// if it does.
func foreign(r *http.Request) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !peer.Addr().Unmap().IsLoopback() {
		return "the playground answers this machine only; open it in a browser on the machine where it runs"
	}
	if !loopbackHost(r.Host) {
		return "the playground answers to 127.0.0.1, localhost or [::1] only; open it by one of these names"
	}
	// Browsers send one or both of these; scripts send neither.
	if o := r.Header.Get("Origin"); o != "" && o != "http://"+r.Host && o != "https://"+r.Host {
		return "the playground takes calls from its own page only, not from " + o
	}
	switch site := r.Header.Get("Sec-Fetch-Site"); site {
	case "", "none", "same-origin":
		return ""
	default:
		return "the playground cannot be called or linked to from another site (" + site + "); type its address into the browser"
	}
}

func loopbackHost(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	} else {
		host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	}
	return host == "127.0.0.1" || host == "::1" || strings.EqualFold(host, "localhost")
}
