package discord

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"deskbell.dev/deskbell/internal/chat"
)

// live finds what Discord makes more of than the words: marks, links, mentions,
// headings, lists, emoji.
var live = regexp.MustCompile("(?m)[*_~|`\\[\\]<>@]|^\\s*(#{1,3}|-#|[-+]|\\d+\\.) |://|:\\w+:")

// read is Markdown as a person reads it, and what of it is more than words.
func read(md string) (words string, more []string) {
	var plain, bare strings.Builder
	rs := []rune(md)
	for i := 0; i < len(rs); i++ {
		if rs[i] == '\\' && i+1 < len(rs) && strings.ContainsRune("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", rs[i+1]) {
			i++
			plain.WriteRune(rs[i])
			bare.WriteRune('\u0001') // no mark any more
			continue
		}
		plain.WriteRune(rs[i])
		bare.WriteRune(rs[i])
	}
	return plain.String(), live.FindAllString(bare.String(), -1)
}

// TestWordsStayWords: whatever people write is read as they wrote it, and is
// nothing else.
func TestWordsStayWords(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := words(500).Draw(rt, "words")
		got, more := read(markdown(chat.Say(s)))
		if got != clean(s) || len(more) > 0 {
			rt.Fatalf("%q is read as %q with %q", s, got, more)
		}
	})
}

func TestMarkdown(t *testing.T) {
	at := time.Unix(1772442000, 0)
	for _, c := range []struct {
		text chat.Text
		want string
	}{
		{chat.Say("Printer won't print; it's on floor 2."), "Printer won't print; it's on floor 2\\."},
		{chat.Say("well-known (really)"), "well-known (really)"},
		{chat.Say("# big\n- item\n1. first\n-# small"), "\\# big\n\\- item\n1\\. first\n\\-# small"},
		{chat.Say("@everyone <@&1> <t:0:R> :smile: https://evil.example"), "\\@everyone \\<\\@&1\\> \\<t:0\\:R\\> \\:smile: https\\://evil.example"},
		{chat.Join(chat.B("T-42 *new*"), chat.Say(" x")), "**T-42 \\*new\\*** x"},
		{chat.B("two\nlines"), "**two**\n**lines**"},
		{chat.Text{{Kind: chat.Code, Text: "a`b"}}, "a\\`b"},
		{chat.Join(chat.Say("He says:\n"), chat.Words("it smokes\n> now"), chat.Say("\nnext")), "He says:\n> it smokes\n> \\> now\nnext"},
		{chat.Join(chat.Say("by "), chat.Words("Jane*")), "by Jane\\*"},
		{chat.Text{{Kind: chat.Link, Text: "the [doc]", Ref: "https://example.com/a"}}, "[the \\[doc\\]](<https://example.com/a>)"},
		{chat.Text{{Kind: chat.Link, Text: "x", Ref: "javascript:alert(1)"}}, "x"},
		{chat.Join(chat.MentionUser("123", "ann"), chat.MentionUser("everyone", "everyone")), "<@123>\\@everyone"},
		{chat.Join(chat.At(at, chat.ShortTime), chat.At(at, chat.DateTime), chat.At(at, chat.Relative)), "<t:1772442000:t><t:1772442000:f><t:1772442000:R>"},
	} {
		if got := markdown(c.text); got != c.want {
			t.Errorf("%q is written %q, want %q", c.text.Flat(nil), got, c.want)
		}
	}
}
