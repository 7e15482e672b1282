package discordtest

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Read is what a person gets to read of a message, or of a text in it.
type Read struct {
	Text      string
	Mentions  []string // people's ids
	Links     []string
	Times     []time.Time
	Everybody bool // it names all who are there
}

// Alive stands in a Read's text for what would read as something else than it was
// written: markup that nobody meant.
const Alive = "\uFFFD"

// What Discord's client makes of a text at a place, in the order it looks.
var (
	aEscape  = regexp.MustCompile("^\\\\([!-/:-@\\[-`{-~])")
	aCode    = regexp.MustCompile("^`([^`]+)`")
	aMention = regexp.MustCompile(`^<@!?([0-9]+)>`)
	aCrowd   = regexp.MustCompile(`^(@everyone|@here|<@&[0-9]+>)`)
	aTime    = regexp.MustCompile(`^<t:(\d+):([tfR])>`)
	aLink    = regexp.MustCompile(`^\[((?:\\.|[^\]\\])+)\]\(<([^>\s]+)>\)`)
	anURL    = regexp.MustCompile(`^https?://\S+`)
	aBold    = regexp.MustCompile(`^\*\*`)
	aMark    = regexp.MustCompile("^([*_~|`]|:\\w+:|<#[0-9]+>|<[a-z]+:|\\[[^\\]]*\\]\\()") // markup that nobody meant
	aLine    = regexp.MustCompile(`^(#{1,3} |-# |[-*+] |\d+\. |>>> )`)
)

// Reads is what a person in UTC reads of some Markdown.
func (s *Server) Reads(md string) Read {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reads(md)
}

func (s *Server) reads(md string) (x Read) {
	var b strings.Builder
	for _, line := range strings.Split(md, "\n") {
		line = strings.TrimPrefix(line, "> ")
		if aLine.MatchString(strings.TrimLeft(line, " ")) {
			b.WriteString(Alive)
		}
		for line != "" {
			take := func(re *regexp.Regexp) []string {
				m := re.FindStringSubmatch(line)
				if m != nil {
					line = line[len(m[0]):]
				}
				return m
			}
			if m := take(aEscape); m != nil {
				b.WriteString(m[1])
			} else if m := take(aCode); m != nil {
				b.WriteString(m[1])
			} else if m := take(aMention); m != nil {
				x.Mentions = append(x.Mentions, m[1])
				b.WriteString("@" + s.users[m[1]].Name)
			} else if m := take(aCrowd); m != nil {
				x.Everybody = true
				b.WriteString(Alive)
			} else if m := take(aTime); m != nil {
				n, _ := strconv.ParseInt(m[1], 10, 64)
				at := time.Unix(n, 0).UTC()
				x.Times = append(x.Times, at)
				layout := "Mon 2 Jan 15:04"
				if m[2] == "t" {
					layout = "15:04"
				}
				b.WriteString(at.Format(layout))
			} else if m := take(aLink); m != nil {
				x.Links = append(x.Links, strings.NewReplacer("%3C", "<", "%3E", ">").Replace(m[2]))
				label := s.reads(m[1])
				x.Mentions = append(x.Mentions, label.Mentions...)
				b.WriteString(label.Text)
			} else if m := take(anURL); m != nil {
				x.Links = append(x.Links, m[0])
				b.WriteString(m[0])
			} else if take(aBold) != nil {
				continue
			} else if take(aMark) != nil {
				b.WriteString(Alive)
			} else {
				r := []rune(line)[0]
				b.WriteRune(r)
				line = line[len(string(r)):]
			}
		}
		b.WriteByte('\n')
	}
	x.Text = strings.TrimSuffix(b.String(), "\n")
	return x
}
