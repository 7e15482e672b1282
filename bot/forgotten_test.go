package bot_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"deskbell.dev/deskbell/internal/chat"
)

// TestDeletedWordsAreGone: what was said in a thread and deleted stands nowhere in
// the desk's files once it was tidied, whether it had been a note, had been
// changed, or had been refused with an offer that holds it.
func TestDeletedWordsAreGone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "desk.db")
	p := newPlay(t, path)
	card := p.printer()
	words := []string{"xylophonehunter", "quokkapassword", "zebrafishsecret"}
	p.handle("tech", under(card, chat.Said, "9.1", words[0]+" is my password"))
	p.handle("tech", under(card, chat.Edited, "9.1", words[1]+" is my password"))
	long := " and it goes on for longer than a button holds, so that it is kept as a draft"
	if r := p.handle("observer", under(card, chat.Said, "9.2", words[2]+long)); r.Refusal == nil || len(r.Message.Card.Actions) == 0 {
		t.Fatalf("%+v", r)
	}
	p.handle("tech", under(card, chat.Deleted, "9.1", ""))
	p.handle("observer", under(card, chat.Deleted, "9.2", ""))
	if err := p.store.Tidy(t.Context(), p.clock().Add(25*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if p.found(words[1]) || !p.found("jammed") {
		t.Error("the index finds what is gone, or not what is there")
	}
	if err := p.store.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(path + "*")
	if err != nil || len(files) == 0 {
		t.Fatal("no files", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range words {
			if n := bytes.Count(data, []byte(w)); n > 0 {
				t.Errorf("%s holds %q %d times", filepath.Base(file), w, n)
			}
		}
	}
}
