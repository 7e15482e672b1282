package outbox

// slotLayout is a slot's text: its local time with the offset.
const slotLayout = "2006-01-02T15:04-07:00"
