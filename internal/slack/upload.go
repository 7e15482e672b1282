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
	lookAtFile  = 2 * time.Second // until a message with the file is tried again,
	looksMost   = 30              // so often; after that the message goes without
	uploadAgain = 10 * time.Second
	uploadsMost = 5
)

// upload is a picture that Slack has; without an id it is one that is left out, or
// was not taken yet.
type upload struct {
	id    string
	tries int // to upload it
	looks int // messages with it that were refused
}

// uploaded is m's picture, uploaded for the post with the key unless it was; empty
// if there is none, or none can be: then the post goes without, since its words
// matter more.
func (p *Platform) uploaded(ctx context.Context, m chat.Message, key string) (upload, error) {
	if m.Card == nil || m.Card.Image == nil {
		return upload{}, nil
	}
	var f upload
	if was, ok := p.files.Load(key); ok {
		f = was.(upload)
	}
	if f.id != "" || f.tries >= uploadsMost {
		return f, nil
	}
	id, err := p.uploadImage(ctx, *m.Card.Image)
	var trouble *chat.Trouble
	var wait *chat.Wait
	switch {
	case err == nil:
		f.id = id
	case ctx.Err() != nil, errors.As(err, &wait), errors.As(err, &trouble) && ofToken[trouble.Cause]:
		return f, fmt.Errorf("%w: %w", errNotTried, err)
	case errors.As(err, &trouble), errors.Is(err, chat.ErrNever):
		f.tries = uploadsMost
	default: // uploading again doubles nothing
		f.tries++
	}
	p.files.Store(key, f)
	if err == nil || f.tries < uploadsMost {
		if err != nil {
			p.cfg.Log.Info("slack: a picture is uploaded again", "key", key, "err", err)
			return f, &chat.Wait{For: uploadAgain}
		}
		return f, nil
	}
	p.cfg.Log.Warn("slack: a picture is left out", "key", key, "err", err)
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
	if f.looks++; f.looks >= looksMost {
		p.cfg.Log.Warn("slack: a picture is left out, Slack does not show it", "key", key)
		f.id, f.tries = "", uploadsMost
	}
	p.files.Store(key, f)
	return &chat.Wait{For: lookAtFile}
}
