package bot

import (
	"errors"
	"slices"
	"strings"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
)

// outsider answers whoever is no full member of the workspace: kindly, to them
// alone, and without a word about the desk. They become no member by it.
func (t *turn) outsider() chat.Reply {
	switch t.in.Kind {
	case chat.Said:
		if !t.in.Addressed { // people talk; they did not ask us
			return chat.Reply{}
		}
	case chat.Edited, chat.Deleted, chat.Search, chat.Fill:
		return chat.Reply{}
	}
	who := map[string]string{"guest": "You are a guest here, and", "other workspace": "You are here from another workspace, and", "bot": "You are an app, and",
		"deactivated": "Your account here is switched off, and"}[t.in.From.Outside]
	if who == "" {
		who = "You are no full member of this workspace, and"
	}
	text := who + " Deskbell works with its full members only. Tell one of them what you need; they can hand it to intake for you."
	if t.in.Kind == chat.Home {
		return chat.Reply{Home: []chat.Card{{Title: chat.Say("Deskbell"), Text: chat.Say(text)}}}
	}
	i, err := t.intent()
	if err != nil || i.Verb == "" {
		i.Verb = desk.Verb(t.in.Kind)
	}
	no := &desk.Refusal{Rule: desk.MembersOnly, Text: text}
	if err := t.Store.RefuseStranger(t.ctx, store.StrangerRefusal{At: t.now, Verb: i.Verb, Key: t.key(i), No: no}); err != nil && !errors.Is(err, store.ErrOtherBody) {
		return t.broke(err)
	}
	r := t.line(chat.Say(text))
	r.Refusal = &chat.Refusal{Rule: string(no.Rule), Text: text}
	return r
}

// left is a person whom the platform has no more: nothing is answered, since
// nobody is there to read it. Done again, it finishes what was cut short.
func (t *turn) left() chat.Reply {
	m, ok := t.p.MemberWith(t.in.Platform + ":" + t.in.From.ID)
	if !ok {
		return chat.Reply{}
	}
	gone := desk.DeskFact(desk.MemberLeft{Member: m.ID})
	elsewhere := t.elsewhere(m)
	if elsewhere { // they are still there, with all that is theirs
		gone = desk.MemberParted{Member: m.ID, Identity: t.identity()}
	}
	if m.Active {
		var no *desk.Refusal // somebody else was faster
		_, err := t.Store.DoDesk(t.ctx, store.DeskRequest{By: desk.TheClock, At: t.now, Do: gone})
		if err != nil && !errors.As(err, &no) {
			return t.broke(err)
		}
	}
	if elsewhere {
		return chat.Reply{}
	}
	if err := t.takeBack(m.ID); err != nil {
		return t.broke(err)
	}
	return chat.Reply{}
}

// elsewhere reports whether the member is also on another platform that runs.
func (t *turn) elsewhere(m desk.Member) bool {
	return slices.ContainsFunc(m.Identities, func(id string) bool {
		platform, _, _ := strings.Cut(id, ":")
		_, runs := t.platforms[platform]
		return runs && platform != t.in.Platform
	})
}

// takeBack frees what a member who has left had started.
func (t *turn) takeBack(m desk.MemberID) error {
	for offset := 0; ; {
		page, err := t.Store.List(t.ctx, store.Query{Kind: store.Mine, Member: m, At: t.now, Offset: offset, Limit: 50})
		if err != nil {
			return err
		}
		for _, tk := range page.Tickets {
			out, err := t.Store.Do(t.ctx, desk.Request{Ticket: tk.Number, By: desk.TheClock, At: t.now, Do: desk.Timer{Name: desk.TimerLeft}})
			if err != nil {
				return err
			}
			if out.Ticket.Assignee == m || out.Ticket.Tester == m {
				offset++ // it waits with them until it returns
			}
		}
		if len(page.Tickets) < 50 {
			return nil
		}
	}
}
