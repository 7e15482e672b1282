package web

import (
	"fmt"
	"strings"
)

const (
	bot      = "deskbell" // who a message of the program is from
	desk     = "desk"     // the channel that everybody sees
	dmPrefix = "dm-"
)

// owner is whose direct messages a place holds, "" if it is a channel.
func owner(place string) string {
	who, ok := strings.CutPrefix(place, dmPrefix)
	if !ok {
		return ""
	}
	return who
}

func sees(person, place string) bool {
	return place == desk || (person != "" && place == dmPrefix+person)
}

// state is everything that the records so far add up to.
type state struct {
	rev      int64
	messages []message
	index    map[string]int // by message ID, into messages
	posted   map[string]string
	forms    map[string]form
	answers  map[string]answer
	mails    []Mail
	mailKeys map[string]bool
	// addressed counts messages by place and the person they are for ("" all);
	// with what each person has seen it gives unread counts without a scan.
	addressed map[[2]string]int
	looked    map[[2]string]int // by person and place
}

func newState() *state {
	return &state{
		index: map[string]int{}, posted: map[string]string{}, forms: map[string]form{},
		answers: map[string]answer{}, mailKeys: map[string]bool{},
		addressed: map[[2]string]int{}, looked: map[[2]string]int{},
	}
}

func (st *state) apply(r record) {
	st.rev++
	for i := range r.Messages {
		m := r.Messages[i]
		m.Rev = st.rev
		if at, ok := st.index[m.ID]; ok {
			st.messages[at] = m
			continue
		}
		st.index[m.ID] = len(st.messages)
		st.messages = append(st.messages, m)
		st.addressed[[2]string{m.In, m.To}]++
	}
	if r.PostKey != "" {
		st.posted[r.PostKey] = r.Messages[0].ID
	}
	if r.Form != nil {
		st.forms[r.Form.ID] = *r.Form
	}
	if r.Answer != nil {
		for _, k := range r.Answer.Keys {
			st.answers[k] = *r.Answer
		}
	}
	if r.Mail != nil {
		st.mails = append(st.mails, *r.Mail)
		st.mailKeys[r.MailKey] = true
	}
	if r.Seen != nil {
		st.looked[[2]string{r.Seen.As, r.Seen.In}] = r.Seen.N
	}
}

func (st *state) message(id string) (message, bool) {
	at, ok := st.index[id]
	if !ok {
		return message{}, false
	}
	return st.messages[at], true
}

// root is the message that a reply to id hangs on: threads have one level.
func (st *state) root(id string) string {
	if m, ok := st.message(id); ok && m.Thread != "" {
		return m.Thread
	}
	return id
}

// newMessageID is the ID of the nth new message of one record.
func (st *state) newMessageID(n int) string { return fmt.Sprintf("m%d", len(st.messages)+1+n) }

func (st *state) newFormID() string { return fmt.Sprintf("f%d", len(st.forms)+1) }

func (st *state) addressedTo(person, place string) int {
	return st.addressed[[2]string{place, ""}] + st.addressed[[2]string{place, person}]
}

func (st *state) unread(person, place string) int {
	return st.addressedTo(person, place) - st.looked[[2]string{person, place}]
}
