package bot_test

import (
	"testing"

	"deskbell.dev/deskbell/internal/chat"
	"deskbell.dev/deskbell/internal/desk"
	"deskbell.dev/deskbell/store"
)

// TestAdminByIDAlone: whom the file names by an id has a name as soon as they
// come, and keeps their role.
func TestAdminByIDAlone(t *testing.T) {
	p := sqlitePlay(t)
	for _, f := range []desk.DeskFact{
		desk.MemberAdded{Member: desk.Member{Handle: "U77", Name: "U77", Identities: []string{"web:U77"}}},
	} {
		if _, err := p.store.DoDesk(t.Context(), store.DeskRequest{By: desk.TheClock, At: monday, Do: f}); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		p.handle("", chat.Interaction{Kind: chat.Command, Text: "/ticket help", From: chat.User{ID: "U77", Handle: "tech", Name: "Ana Example", Zone: "Europe/Berlin"}})
		pol, err := p.store.Policy(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if m, _ := pol.MemberWith("web:U77"); m.Handle != "tech3" || m.Name != "Ana Example" || m.Zone != "Europe/Berlin" { // there are tech and tech2
			t.Errorf("%+v", m)
		}
	}
}
