// Package traffic keeps order among what comes to a platform and what goes out of
// it: gate.go lets in what there is room for, recent.go knows what came before,
// tally.go what is still under way, and turnstile.go lets calls out at a rate. Times
// are real time.
package traffic
