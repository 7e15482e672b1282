package discord

import (
	"context"
	"fmt"
	"strings"

	"deskbell.dev/deskbell/internal/chat"
)

// weekArchive: a thread that nobody writes in for a week is put away; a message
// brings it back.
const weekArchive = 10080 // minutes

// within does something in a place, and first whatever it takes for a thread to be
// there: one that was not begun is, and one that was put away is brought back. A
// thread that somebody deleted is gone.
func (p *Platform) within(ctx context.Context, at chat.Place, do func() error) error {
	err := do()
	if at.Thread == "" {
		return err
	}
	switch code(err) {
	case unknownChannel:
		fresh, begin := p.beginThread(ctx, at)
		if begin != nil {
			return begin
		}
		if err = do(); code(err) == unknownChannel && !fresh {
			return fmt.Errorf("%w: the thread was deleted", chat.ErrGone)
		}
	case archivedThread:
		if err := p.call(ctx, "PATCH", "/channels/"+at.Thread, map[string]bool{"archived": false}, nil); err != nil {
			return err
		}
		err = do()
	}
	return err
}

// beginThread begins the thread under a message, with the name of what stands there.
// It reports whether there was none.
func (p *Platform) beginThread(ctx context.Context, at chat.Place) (fresh bool, err error) {
	var root struct{ Components []component }
	path := "/channels/" + at.Channel + "/messages/" + at.Thread
	if err := p.call(ctx, "GET", path, nil, &root); err != nil {
		return false, err
	}
	err = p.call(ctx, "POST", path+"/threads", map[string]any{"name": threadName(root.Components), "auto_archive_duration": weekArchive}, nil)
	if code(err) == threadExists {
		return false, nil
	}
	return true, err
}

const nameMost = 100

// threadName is the first line of what the message says, as plain words.
func threadName(cs []component) string {
	for _, c := range cs {
		line, _, _ := strings.Cut(c.Content, "\n")
		if line = strings.TrimSpace(plain(line)); line != "" {
			return chat.Cut(line, nameMost)
		}
		if name := threadName(c.Components); name != noName {
			return name
		}
	}
	return noName
}

const noName = "Thread"

// plain is Markdown of ours without what is only for the eye: marks that nobody
// wrote, and whom it mentions.
func plain(md string) string {
	var b strings.Builder
	for n := 0; n < len(md); n++ {
		switch c := md[n]; {
		case c == '\\' && n+1 < len(md):
			n++
			b.WriteByte(md[n])
		case c == '*' || c == '`':
		case c == '<':
			if end := strings.IndexByte(md[n:], '>'); end > 0 {
				n += end
			}
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
