package bot

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
)

// Somebody who is on two of the desk's platforms says so on both: on the one they
// ask for a code, on the other they type it, and the first asks whether that was
// them. Only then are the two one member.

// linking is how far that is; kept by its code.
type linking struct {
	Asked   string // identity that asked for the code
	Claimed string // identity that typed it, "" until then
	Name    string // of that one
	At      time.Time
}

// mark tells whoever typed the code from others, in a button.
func (l linking) mark() string {
	sum := sha256.Sum256([]byte(l.Claimed))
	return hex.EncodeToString(sum[:4])
}

// linkFor is how long a code can be typed.
const linkFor = 15 * time.Minute

func linkKey(code string) string { return "link/" + code }

func (t *turn) identity() string { return t.in.Platform + ":" + t.in.From.ID }

// link asks for a code, takes one, or ends what was begun by one.
func (t *turn) link(i intent) (chat.Reply, error) {
	if len(t.platforms) < 2 {
		return t.line(chat.Say("This desk runs in one chat only, so there is nothing to join.")), nil
	}
	code := strings.ToUpper(strings.TrimSpace(i.arg("code")))
	if code == "" {
		return t.linkBegun()
	}
	var l linking
	data, err := t.Store.Draft(t.ctx, linkKey(code))
	if err == nil {
		err = json.Unmarshal(data, &l)
	}
	switch {
	case errors.Is(err, store.ErrNotFound), err == nil && l.Claimed == "" && t.now.Sub(l.At) > linkFor:
		return chat.Reply{}, &wrong{Text: fmt.Sprintf("The code %q is not known, or older than 15 minutes. Type /desk link in your other chat for a new one.", clip(code))}
	case err != nil:
		return chat.Reply{}, err
	case i.arg("as") != "":
		return t.linkEnded(l, code, i)
	}
	return t.linkClaimed(l, code)
}

// linkBegun gives a code.
func (t *turn) linkBegun() (chat.Reply, error) {
	joined := 0
	for _, id := range t.me.Identities {
		platform, _, _ := strings.Cut(id, ":")
		if _, runs := t.platforms[platform]; runs {
			joined++
		}
	}
	if joined == len(t.platforms) {
		return t.line(chat.Say("You are one member in all of this desk's chats.")), nil
	}
	code := strings.ToUpper(newID()[:8])
	if err := t.keepLink(code, linking{Asked: t.identity(), At: t.now}); err != nil {
		return chat.Reply{}, err
	}
	return t.line(chat.Join(chat.Say("Within 15 minutes, type this in your other chat: "), chat.Text{{Kind: chat.Code, Text: "/desk link " + code}},
		chat.Say(". Give the code to nobody: whoever types it says that they are you. You are asked here before anything is joined."))), nil
}

func (t *turn) keepLink(code string, l linking) error {
	data, err := json.Marshal(l)
	if err == nil {
		err = t.Store.SaveDraft(t.ctx, linkKey(code), data, t.now)
	}
	return err
}

// linkClaimed has whoever asked for the code be asked whether that is them.
func (t *turn) linkClaimed(l linking, code string) (chat.Reply, error) {
	asked, _ := t.p.MemberWith(l.Asked)
	here, _, _ := strings.Cut(l.Asked, ":")
	switch {
	case here == t.in.Platform:
		return chat.Reply{}, &wrong{Text: "That code is from here: type it in your other chat."}
	case l.Claimed != "" && l.Claimed != t.identity():
		return chat.Reply{}, &wrong{Text: "Somebody else has typed that code. Type /desk link in your other chat for a new one."}
	case asked.ID == t.me.ID:
		return t.line(chat.Say("The two of you are one member already.")), nil
	}
	l.Claimed, l.Name, l.At = t.identity(), fmt.Sprintf("%s (@%s)", t.in.From.Name, t.in.From.Handle), t.now
	if err := t.keepLink(code, l); err != nil {
		return chat.Reply{}, err
	}
	if _, err := t.Store.Enqueue(t.ctx, desk.Notice{Key: linkKey(code), Kind: desk.Post, Place: fmt.Sprintf("member:%d", asked.ID), What: linkKey(code), Due: t.now}); err != nil {
		return chat.Reply{}, err
	}
	return t.line(chat.Say("One step is left: Deskbell asks you in your other chat whether that was you. Nothing is joined before you say so there.")), nil
}

// linkPost asks whether it was them.
func (t *turn) linkPost(code string) (chat.Message, error) {
	var l linking
	data, err := t.Store.Draft(t.ctx, linkKey(code))
	if err == nil {
		err = json.Unmarshal(data, &l)
	}
	if errors.Is(err, store.ErrNotFound) {
		return chat.Message{}, errOvertaken
	}
	if err != nil {
		return chat.Message{}, err
	}
	press := func(as, label string, style chat.Style) chat.Action {
		return t.button(intent{Verb: vLink, Place: onPrompt, Args: map[string]string{"code": code, "as": as, "who": l.mark()}}, label, style)
	}
	return chat.Message{Text: chat.Join(chat.Words(l.Name), chat.Say(" typed your code in the other chat. Is that you? Then the two become one member, and whoever writes there does what you may do.")),
		Card: &chat.Card{Actions: []chat.Action{press("me", "That's me", chat.Primary), press("other", "Not me", chat.Danger)}}}, nil
}

// linkEnded joins the two, or forgets the code. The one who has no roles of their
// own becomes the other.
func (t *turn) linkEnded(l linking, code string, i intent) (chat.Reply, error) {
	said := func(text chat.Text) (chat.Reply, error) {
		r := t.line(text)
		r.Edit = true
		return r, nil
	}
	now, _ := t.p.MemberWith(l.Claimed)
	switch {
	case l.Asked != t.identity() || l.Claimed == "":
		return chat.Reply{}, &wrong{Text: "That is for whoever asked for the code to say."}
	case i.arg("who") != l.mark():
		return said(chat.Say("Somebody else typed the code after this was asked, so nothing was joined. Type /desk link for a new one."))
	case now.ID == t.me.ID:
		return said(chat.Join(chat.Say("You and "), chat.Words(l.Name), chat.Say(" are one member already.")))
	case i.arg("as") != "me":
		if err := t.keepLink(code, linking{}); err != nil {
			return chat.Reply{}, err
		}
		return said(chat.Say("Nothing was joined, and the code is not good any more. If it was you after all: /desk link."))
	}
	other, known := t.p.MemberWith(l.Claimed)
	keeps, joins := t.me, l.Claimed
	if known && len(t.me.Roles) == 0 {
		keeps, joins = other, l.Asked
	}
	_, err := t.Store.DoDesk(t.ctx, store.DeskRequest{By: desk.By(keeps.ID), At: t.now, Do: desk.MemberLinked{Member: keeps.ID, Identity: joins}, Key: t.key(intent{Verb: vLink, Args: map[string]string{"once": "link/" + code}})})
	if err != nil {
		return chat.Reply{}, err
	}
	return said(chat.Join(chat.Say("Joined: you and "), chat.Words(l.Name), chat.Say(" are one member now, with one set of roles and tickets.")))
}
