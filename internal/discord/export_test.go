package discord

import (
	"runtime"
	"sync"
	"time"

	"deskbell.dev/deskbell/internal/traffic"
)

// SetSoon has answers wait so long for the handler.
func (p *Platform) SetSoon(d time.Duration) { p.times.soon = d }

// Hasten shortens what only waits for Discord to be there again.
func (p *Platform) Hasten() {
	p.times.greet, p.times.retry, p.times.retries, p.times.refused, p.times.invalid, p.times.leavers, p.times.lasts, p.times.identify = 500*time.Millisecond, 5*time.Millisecond, 50*time.Millisecond, 50*time.Millisecond, time.Millisecond, 20*time.Millisecond, 0, time.Millisecond
}

// SetGreet has the gateway given so long to say the next thing.
func (p *Platform) SetGreet(d time.Duration) { p.times.greet = d }

// SetLasts has a connection be a good one only after so long.
func (p *Platform) SetLasts(d time.Duration) { p.times.lasts = d }

// Fill takes every place of the gate and of its line, until the end is called.
func (p *Platform) Fill() (leave func()) {
	for range traffic.UnderWay {
		p.gate.Enter()
	}
	ends := make(chan struct{})
	var waiting sync.WaitGroup
	for range traffic.UnderWay { // as many wait in line
		waiting.Go(func() {
			for {
				if p.gate.Enter() {
					p.gate.Leave()
				}
				select {
				case <-ends:
					return
				default:
				}
			}
		})
	}
	for !p.gate.Full() {
		runtime.Gosched()
	}
	return func() {
		close(ends)
		for range traffic.UnderWay {
			p.gate.Leave()
		}
		waiting.Wait()
	}
}
