package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/internal/outbox"
)

// ending is how long it may take to write down what became of a post, also when
// whoever asked for it has given up.
const ending = 2 * time.Second

// postOnce shows m at the place, cut to the platform's limits; every post of the
// desk goes this way. A message that stands there from an earlier try under the
// key is found and not posted again: then fresh is false, and it shows what was
// so at that time. The key tells one message of a platform from all others.
func (b *Bot) postOnce(ctx context.Context, pf chat.Platform, at chat.Place, m chat.Message, key string) (ref chat.MessageRef, fresh bool, err error) {
	ledger := postKey(pf, key)
	known, began, err := b.Store.BeginPost(ctx, ledger, time.Now())
	if err != nil {
		return chat.MessageRef{}, false, err
	}
	if known.Message != "" {
		ref.ID = known.Message
		return ref, false, json.Unmarshal([]byte(known.Place), &ref.Place)
	}
	var tried time.Time
	if !began {
		tried = known.At
	}
	ref, err = pf.Post(ctx, at, pf.Limits().Fit(m), key, tried)
	gaveUp := ctx.Err() != nil
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), ending)
	defer cancel()
	switch {
	case err == nil:
		var place []byte
		if place, err = json.Marshal(ref.Place); err == nil {
			err = b.Store.EndPost(ctx, ledger, string(place), ref.ID)
		}
	case began && !gaveUp && !errors.Is(err, chat.ErrUnsure):
		err = errors.Join(err, b.Store.DropPost(ctx, ledger))
	default:
		// This try or an earlier one may stand there. That a later one failed, or
		// could not even look, says nothing of it.
	}
	return ref, began, err
}

// begun reports whether the post with the key stands there, or may.
func (b *Bot) begun(ctx context.Context, pf chat.Platform, key string) (bool, error) {
	_, there, err := b.Store.Post(ctx, postKey(pf, key))
	return there, err
}

func postKey(pf chat.Platform, key string) string { return pf.Name() + "/" + key }

// everywhere does f in each of the desk's channels whose platform runs. What
// fails in one keeps no other from it.
func (b *Bot) everywhere(ctx context.Context, p *desk.Policy, f func(t *turn, pf chat.Platform, place, channel string) error) error {
	return b.inPlaces(ctx, p, p.Channels, f)
}

// inPlaces is everywhere for other channels than those where the cards stand.
func (b *Bot) inPlaces(ctx context.Context, p *desk.Policy, places []string, f func(t *turn, pf chat.Platform, place, channel string) error) error {
	var errs []error
	for _, place := range places {
		platform, channel, _ := strings.Cut(place, ":")
		pf, ok := b.platforms[platform]
		if !ok {
			continue // a platform that this desk no longer runs
		}
		t := &turn{Bot: b, ctx: ctx, p: p, now: b.Now(), in: chat.Interaction{Platform: platform}}
		if err := f(t, pf, place, channel); err != nil {
			errs = append(errs, err, b.alarm(ctx, p, platform, channel, err))
		}
	}
	return foremost(errs...)
}

// foremost is the error that decides what becomes of a notice: to wait before to
// try again before what does not pass by itself, so that one place's trouble
// does not park what another has yet to get.
func foremost(errs ...error) error {
	var decides error
	rank := func(err error) int {
		var wait *chat.Wait
		switch {
		case err == nil:
			return 0
		case errors.As(err, &wait):
			return 3
		case !lasting(err) && !errors.Is(err, errOvertaken):
			return 2
		}
		return 1
	}
	for _, err := range errs {
		if rank(err) > rank(decides) {
			decides = err
		}
	}
	return decides
}

// lasting reports whether trying again helps nobody before somebody mends it.
func lasting(err error) bool {
	var trouble *chat.Trouble
	return errors.Is(err, chat.ErrGone) || errors.Is(err, chat.ErrNever) || errors.As(err, &trouble)
}

// became says to the outbox what an error of a platform means for a notice.
func became(err error) error {
	var wait *chat.Wait
	switch {
	case errors.Is(err, errOvertaken):
		return outbox.ErrDrop
	case errors.As(err, &wait):
		return fmt.Errorf("%w: %w", &outbox.Later{After: wait.For}, err)
	case errors.Is(err, chat.ErrNever):
		return fmt.Errorf("%w: %w", outbox.ErrDead, err)
	case lasting(err):
		return fmt.Errorf("%w: %w", outbox.ErrPark, err)
	}
	return err
}
