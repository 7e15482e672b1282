package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/bwmarrin/discordgo"

	"deskbell.dev/deskbell/internal/chat"
)

// Discord's error codes that a caller acts on. Source:
// docs.discord.com/developers/topics/opcodes-and-status-codes.
const (
	unknownChannel = 10003
	unknownMember  = 10007
	unknownMessage = 10008
	unknownUser    = 10013
	unknownWebhook = 10015
	noAccess       = 50001
	noMessagesTo   = 50007
	noPermission   = 50013
	acknowledged   = 40060
	badHookToken   = 50027
	archivedThread = 50083
	noMutualGuilds = 50278 // with who has left
	manyThreads    = 160006
	threadExists   = 160004
)

// fixes are what an admin mends.
var fixes = map[int]chat.Trouble{
	unknownChannel: {Cause: "unknown channel", Fix: "The channel is gone: say where the cards stand, /desk channel set CHANNEL"},
	noAccess:       {Cause: "missing access", Fix: "Let Deskbell see that channel, in the channel's permissions."},
	manyThreads:    {Cause: "too many threads", Fix: "The server has as many active threads as Discord lets it: close some."},
	noPermission:   {Cause: "missing permissions", Fix: "Let Deskbell send messages, attach files, read the history, and create threads and write in them there, in the channel's permissions; `deskbell check` says which is missing."},
}

// badToken is what an admin mends once for all.
var badToken = chat.Trouble{Cause: "unauthorized", Fix: "The bot's token is not valid: set DESKBELL_DISCORD_TOKEN to the one under Bot in the developer portal, and start Deskbell again."}

// note remembers whether the token works: what Ready tells. Answers to interactions
// are made without it.
func (p *Platform) note(path string, err error) {
	var no *discordgo.RESTError
	switch t := new(chat.Trouble); {
	case exempt(path):
	case errors.As(err, &t) && t.Cause == badToken.Cause:
		p.trouble.Store(&badToken)
	case err == nil || errors.As(err, &no):
		p.trouble.CompareAndSwap(&badToken, nil)
	}
}

// call makes one call of the API; its error is sorted.
func (p *Platform) call(ctx context.Context, method, path string, body, into any) error {
	if body == nil {
		return p.request(ctx, method, path, "", nil, into)
	}
	raw, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("discord: %w", err)
	}
	return p.request(ctx, method, path, "application/json", raw, into)
}

// callWithFile is call with a picture that the body names.
func (p *Platform) callWithFile(ctx context.Context, method, path string, body any, f *discordgo.File, into any) error {
	kind, raw, err := discordgo.MultipartBodyWithJSON(body, []*discordgo.File{f})
	if err != nil {
		return fmt.Errorf("discord: %w", err)
	}
	return p.request(ctx, method, path, kind, raw, into)
}

func (p *Platform) request(ctx context.Context, method, path, kind string, raw []byte, into any) error {
	// A limiter of its own for each call: the rates are kept by ours.
	bucket := discordgo.NewRatelimiter().LockBucket(path)
	out, err := p.rest.RequestWithLockedBucket(method, p.base+path, kind, raw, bucket, 0, discordgo.WithContext(ctx))
	err = sorted(err)
	if p.note(path, err); err != nil || into == nil {
		return err
	}
	if err := json.Unmarshal(out, into); err != nil {
		return fmt.Errorf("discord: %w: %w", chat.ErrUnsure, err)
	}
	return nil
}

// code is Discord's word for what it refused, 0 if it did not.
func code(err error) int {
	var no *discordgo.RESTError
	if errors.As(err, &no) && no.Message != nil {
		return no.Message.Code
	}
	return 0
}

// nobody reports whether Discord knows no such member.
func nobody(err error) bool { return code(err) == unknownMember || code(err) == unknownUser }

// sorted is err as a caller acts on it.
func sorted(err error) error {
	if err == nil {
		return nil
	}
	var wait *chat.Wait
	var no *discordgo.RESTError
	var op *net.OpError
	switch {
	case errors.As(err, &wait):
		return fmt.Errorf("%w: %w", &chat.Wait{For: max(wait.For, time.Second)}, err)
	case errors.Is(err, errNotSent):
		return err
	case errors.As(err, &op) && op.Op == "dial":
		return err // nothing was sent
	case !errors.As(err, &no):
		return fmt.Errorf("%w: %w", chat.ErrUnsure, err)
	}
	switch c := code(err); {
	case c == unknownMessage || c == unknownUser || c == noMessagesTo || c == noMutualGuilds:
		return fmt.Errorf("%w: %w", chat.ErrGone, err)
	case fixes[c].Cause != "":
		t := fixes[c]
		return fmt.Errorf("%w: %w", &t, err)
	case no.Response.StatusCode == http.StatusUnauthorized && c != badHookToken:
		return fmt.Errorf("%w: %w", &badToken, err)
	case no.Response.StatusCode >= 500:
		return fmt.Errorf("%w: %w", chat.ErrUnsure, err)
	}
	return fmt.Errorf("%w: %w", chat.ErrNever, err)
}
