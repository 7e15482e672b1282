package discord

import "time"

// SetSoon has answers wait so long for the handler.
func (p *Platform) SetSoon(d time.Duration) { p.soon = d }
