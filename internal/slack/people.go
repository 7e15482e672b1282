package slack

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"deskbell.dev/deskbell/internal/chat"
)

// user is a person as Slack describes them, as far as Deskbell asks.
type user struct {
	ID         string
	TeamID     string `json:"team_id"`
	Name       string
	RealName   string `json:"real_name"`
	TZ         string
	Deleted    bool
	IsBot      bool                     `json:"is_bot"`
	Restricted bool                     `json:"is_restricted"`
	Ultra      bool                     `json:"is_ultra_restricted"`
	Stranger   bool                     `json:"is_stranger"`
	Enterprise struct{ Teams []string } `json:"enterprise_user"` // workspaces of an organization that they are in
	Profile    struct {
		DisplayName string `json:"display_name"`
		RealName    string `json:"real_name"`
	}
}

func userOf(u slack.User) user {
	v := user{ID: u.ID, TeamID: u.TeamID, Name: u.Name, RealName: u.RealName, TZ: u.TZ, Deleted: u.Deleted,
		IsBot: u.IsBot, Restricted: u.IsRestricted, Ultra: u.IsUltraRestricted, Stranger: u.IsStranger}
	v.Enterprise.Teams = u.Enterprise.Teams
	v.Profile.DisplayName, v.Profile.RealName = u.Profile.DisplayName, u.Profile.RealName
	return v
}

// member is u as the handler knows people. A handle is one word.
func (u user) member(team string) chat.User {
	c := chat.User{ID: u.ID, Handle: u.Name, Name: u.RealName, Zone: u.TZ}
	if c.Name == "" {
		c.Name = u.Profile.RealName
	}
	if c.Name == "" {
		c.Name = u.Name
	}
	if c.Handle == "" {
		c.Handle = strings.ToLower(strings.Join(strings.Fields(c.Name), "."))
	}
	switch {
	case u.Deleted:
		c.Outside = "deactivated"
	case u.IsBot || u.ID == "USLACKBOT":
		c.Outside = "bot"
	case u.Stranger || u.TeamID != "" && u.TeamID != team && !slices.Contains(u.Enterprise.Teams, team):
		c.Outside = "other workspace"
	case u.Restricted || u.Ultra:
		c.Outside = "guest"
	}
	return c
}

// Who somebody is is asked of Slack once and then kept: user_change tells what
// changes, and what is older than this is asked anew all the same.
const (
	knownFor  = 30 * time.Minute
	askWithin = time.Second
)

// people is everybody whom Slack has told about.
type people struct {
	mu   sync.RWMutex
	byID map[string]known
}

type known struct {
	user
	at time.Time
}

func (ps *people) keep(u user) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if ps.byID == nil {
		ps.byID = map[string]known{}
	}
	ps.byID[u.ID] = known{u, time.Now()}
}

func (ps *people) get(id string) (known, bool) {
	ps.mu.RLock()
	defer ps.mu.RUnlock()
	k, ok := ps.byID[id]
	return k, ok
}

// who is the person with the id, asked of Slack at most for a second. Somebody
// known is known, though for long, when Slack does not answer.
func (p *Platform) who(ctx context.Context, id string) (chat.User, error) {
	k, ok := p.people.get(id)
	if ok && time.Since(k.at) < knownFor {
		return k.member(p.self.TeamID), nil
	}
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	var u *slack.User
	err := p.call(ctx, "users.info", func(c *slack.Client) (err error) { u, err = c.GetUserInfoContext(ctx, id); return })
	var no slack.SlackErrorResponse
	switch {
	case err == nil:
		p.people.keep(userOf(*u))
		return userOf(*u).member(p.self.TeamID), nil
	case errors.As(err, &no) && (no.Err == "user_not_found" || no.Err == "user_not_visible"):
		return chat.User{ID: id, Handle: strings.ToLower(id), Name: id, Outside: "other workspace"}, nil
	case ok:
		return k.member(p.self.TeamID), nil
	}
	return chat.User{}, fmt.Errorf("slack: who is %s: %w", id, err)
}

// meetAll learns everybody of the workspace, so that nobody's first press waits
// for Slack.
func (p *Platform) meetAll(ctx context.Context) error {
	for cursor := ""; ; {
		var us []slack.User
		err := p.patiently(ctx, func() error {
			return p.call(ctx, "users.list", func(c *slack.Client) error {
				page := c.GetUsersPaginated(slack.GetUsersOptionLimit(200), slack.GetUsersOptionCursor(cursor))
				next, err := page.Next(ctx)
				if err == nil {
					us, cursor = next.Users, next.Cursor
				}
				return err
			})
		})
		if err != nil {
			return fmt.Errorf("slack: the workspace's people: %w", err)
		}
		for _, u := range us {
			p.people.keep(userOf(u))
			if err := p.goneMeanwhile(ctx, userOf(u).member(p.self.TeamID)); err != nil {
				return err
			}
		}
		if cursor == "" {
			return nil
		}
	}
}

// errAgain: the handler asked to be told again.
var errAgain = errors.New("slack: to be told again")

// goneMeanwhile tells of somebody who left perhaps while nobody listened.
func (p *Platform) goneMeanwhile(ctx context.Context, u chat.User) error {
	return p.patiently(ctx, func() error {
		if r := p.ask(ctx, delivery{Interaction: chat.Interaction{Kind: chat.Left, From: u, Place: chat.Place{User: u.ID}}}); r.Again {
			return errAgain
		}
		return nil
	})
}

// patiently does it until it is done, with pauses that grow to half a minute,
// or until an admin must mend something.
func (p *Platform) patiently(ctx context.Context, do func() error) error {
	for n := 0; ; n++ {
		err := do()
		var wait *chat.Wait
		var trouble *chat.Trouble
		pause := min(time.Second<<min(n, 5), 30*time.Second)
		switch {
		case err == nil, errors.As(err, &trouble), errors.Is(err, chat.ErrNever):
			return err
		case errors.As(err, &wait):
			pause = wait.For
		}
		if sleep(ctx, pause) != nil {
			return err
		}
	}
}

// Find looks a person up among those whom Slack has told about: by id, mention,
// handle or whole name. ErrUnknown if nobody or several are called that.
func (p *Platform) Find(ctx context.Context, word string) (chat.User, error) {
	word = strings.TrimSpace(word)
	if ids := mentioned(word, "<@"); len(ids) == 1 {
		word = ids[0]
	}
	word = strings.TrimPrefix(word, "@")
	if _, ok := p.people.get(word); ok {
		return p.who(ctx, word)
	}
	var found []chat.User
	p.people.mu.RLock()
	for _, k := range p.people.byID {
		if word != "" && (strings.EqualFold(k.Name, word) || strings.EqualFold(k.Profile.DisplayName, word) || strings.EqualFold(k.RealName, word)) {
			found = append(found, k.member(p.self.TeamID))
		}
	}
	p.people.mu.RUnlock()
	if len(found) == 1 {
		return found[0], nil
	}
	if len(found) == 0 && len(word) > 2 && word == strings.ToUpper(word) && (word[0] == 'U' || word[0] == 'W') {
		if u, err := p.who(ctx, word); err == nil && u.Outside != "other workspace" {
			return u, nil
		}
	}
	return chat.User{}, fmt.Errorf("slack: %q: %w", word, chat.ErrUnknown)
}
