package discord

import "time"

// SetSoon has answers wait so long for the handler.
func (p *Platform) SetSoon(d time.Duration) { p.soon = d }

// Idle waits for what follows from what was answered.
func (p *Platform) Idle() { p.work.Wait(time.Hour) }
