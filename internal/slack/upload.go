package slack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"deskbell.dev/deskbell/internal/chat"
)

// Slack takes a file in three calls and looks at it a moment later; until then it
// refuses a message that shows it. A file that is in no message is seen by nobody,
// so that uploading one twice doubles nothing.
// Source: docs.slack.dev/reference/methods/files.getUploadURLExternal.
const (
	lookAtFile = 2 * time.Second // until a message with the file is tried again
	fileMost   = time.Minute     // after that the message goes without
)

// upload is a picture that Slack has; an empty id is one that it won't take.
type upload struct {
	id string
	at time.Time
}

// uploaded is m's picture, uploaded for the post with the key unless it was; empty
// if there is none, or none can be: then the post goes without, since its words
// matter more.
func (p *Platform) uploaded(ctx context.Context, m chat.Message, key string) (upload, error) {
	if m.Card == nil || m.Card.Image == nil {
		return upload{}, nil
	}
	if f, ok := p.files.Load(key); ok {
		return f.(upload), nil
	}
	id, err := p.uploadImage(ctx, *m.Card.Image)
	var trouble *chat.Trouble
	switch {
	case err == nil:
	case errors.As(err, &trouble) && !ofToken[trouble.Cause], errors.Is(err, chat.ErrNever):
		p.cfg.Log.Warn("slack: a picture is left out", "key", key, "err", err)
	case errors.Is(err, chat.ErrUnsure): // uploading again doubles nothing
		return upload{}, fmt.Errorf("%w: %s", errNotTried, err)
	default:
		return upload{}, err
	}
	f := upload{id, time.Now()}
	p.files.Store(key, f)
	return f, nil
}

func (p *Platform) uploadImage(ctx context.Context, i chat.Image) (string, error) {
	var to *slack.GetUploadURLExternalResponse
	err := p.call(ctx, "files.getUploadURLExternal", func(c *slack.Client) (err error) {
		to, err = c.GetUploadURLExternalContext(ctx, slack.GetUploadURLExternalParameters{FileName: i.Name, FileSize: len(i.PNG), AltTxt: first(i.Alt, altMost)})
		return
	})
	if err != nil {
		return "", err
	}
	err = p.call(ctx, "upload", func(c *slack.Client) error {
		return c.UploadToURL(ctx, slack.UploadToURLParameters{UploadURL: to.UploadURL, Reader: bytes.NewReader(i.PNG), Filename: i.Name})
	})
	if err != nil {
		return "", err
	}
	return to.FileID, p.call(ctx, "files.completeUploadExternal", func(c *slack.Client) error {
		_, err := c.CompleteUploadExternalContext(ctx, slack.CompleteUploadExternalParameters{Files: []slack.FileSummary{{ID: to.FileID, Title: i.Name}}})
		return err
	})
}

// notYet is what becomes of a post whose picture Slack does not show yet: it comes
// again, and after a while without the picture.
func (p *Platform) notYet(key string, f upload) error {
	if time.Since(f.at) > fileMost {
		p.cfg.Log.Warn("slack: a picture is left out, Slack does not show it", "key", key)
		p.files.Store(key, upload{at: f.at})
	}
	return &chat.Wait{For: lookAtFile}
}
