package worktime

import (
	"strings"
	"testing"
	"time"
)

func TestParseWindow(t *testing.T) {
	for text, want := range map[string]Window{
		"09:00-17:00":     {540, 1020},
		"9:05-17:30":      {545, 1050},
		" 09:00 - 17:00 ": {540, 1020},
		"22:00-06:00":     {1320, 360},
		"00:00-24:00":     {0, 1440},
		"22:00-00:00":     {1320, 0},
	} {
		if got, err := ParseWindow(text); err != nil || got != want {
			t.Errorf("%q: %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "09:00", "9-17", "09:00-25:00", "09:60-10:00", "-1:00-09:00", "+9:00-10:00",
		"009:00-10:00", "09:00-17:00-18:00", "24:00-06:00", "09:00-24:01", "nine to five", "09:0٣-10:00"} {
		w, err := ParseWindow(text)
		if err == nil {
			t.Errorf("%q is read as %v", text, w)
		} else if text != "09:0٣-10:00" && !strings.Contains(err.Error(), `"`+text+`"`) {
			t.Errorf("%q: the error does not name it: %v", text, err)
		}
	}
}

func TestParseDate(t *testing.T) {
	if got, err := ParseDate("2028-02-29"); err != nil || got != (Date{2028, time.February, 29}) || got.String() != "2028-02-29" {
		t.Errorf("%v, %v", got, err)
	}
	for _, text := range []string{"", "2026-02-29", "2026-2-9", "25.12.2026", "2026-12-25 "} {
		if got, err := ParseDate(text); err == nil || !strings.Contains(err.Error(), `"`+text+`"`) {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
}

// What a calendar is refused for, and the words an admin reads.
func TestNewRefuses(t *testing.T) {
	nine := daily(t, "09:00-17:00")
	christmas := Date{2026, 12, 25}
	for _, tt := range []struct {
		name string
		spec Spec
		want string
	}{
		{"unknown zone", Spec{Zone: "Mars/Phobos", Week: nine}, `zone "Mars/Phobos" is not known: write an IANA name such as Europe/Berlin`},
		{"no zone", Spec{Week: nine}, `zone "" names no zone: write an IANA name such as Europe/Berlin or UTC`},
		{"the machine's zone", Spec{Zone: "Local", Week: nine}, `zone "Local" names no zone`},
		{"no hours", Spec{Zone: "UTC"}, `no hours at all: give at least one weekday a window`},
		{"empty days only", Spec{Zone: "UTC", Week: map[time.Weekday][]Window{1: {}}, SpecialDays: map[Date][]Window{christmas: {}}}, `no hours at all`},
		{"off the clock", Spec{Zone: "UTC", Week: map[time.Weekday][]Window{1: {{540, 1441}}}}, `Monday: window from minute 540 to 1441 is off the clock`},
		{"before the clock", Spec{Zone: "UTC", Week: map[time.Weekday][]Window{1: {{-1, 60}}}}, `Monday: window from minute -1 to 60 is off the clock`},
		{"starts at 24:00", Spec{Zone: "UTC", Week: map[time.Weekday][]Window{1: {{1440, 60}}}}, `Monday: window from minute 1440 to 60 is off the clock`},
		{"eighth day", Spec{Zone: "UTC", Week: map[time.Weekday][]Window{7: windows(t, "09:00-17:00")}}, `weekday 7 does not exist`},
		{"overlap", Spec{Zone: "UTC", Week: map[time.Weekday][]Window{1: windows(t, "12:00-17:00", "09:00-13:00")}}, `Monday: windows 09:00-13:00 and 12:00-17:00 overlap`},
		{"the same twice", Spec{Zone: "UTC", Week: map[time.Weekday][]Window{1: windows(t, "09:00-12:00", "09:00-12:00")}}, `Monday: windows 09:00-12:00 and 09:00-12:00 overlap`},
		{"overlap past midnight", Spec{Zone: "UTC", Week: map[time.Weekday][]Window{6: windows(t, "22:00-06:00"), 0: windows(t, "05:00-09:00")}},
			`window 22:00-06:00 of Saturday runs past midnight into 05:00-09:00 of Sunday: they overlap`},
		{"a special day under the night before", Spec{Zone: "UTC", Week: daily(t, "22:00-06:00"), SpecialDays: map[Date][]Window{christmas: windows(t, "05:00-09:00"), {2026, 12, 31}: nil}},
			`window 22:00-06:00 of 2026-12-24 runs past midnight into 05:00-09:00 of 2026-12-25: they overlap`},
		{"a special night over the next day", Spec{Zone: "UTC", Week: nine, SpecialDays: map[Date][]Window{christmas: windows(t, "18:00-10:00")}},
			`window 18:00-10:00 of 2026-12-25 runs past midnight into 09:00-17:00 of 2026-12-26: they overlap`},
		{"off and open", Spec{Zone: "UTC", Week: nine, Holidays: []Date{christmas}, SpecialDays: map[Date][]Window{christmas: windows(t, "09:00-12:00")}},
			`2026-12-25 is a holiday and also a special day with hours (09:00-12:00): keep one of the two`},
		{"no such holiday", Spec{Zone: "UTC", Week: nine, Holidays: []Date{{2026, 2, 29}}}, `holiday 2026-02-29 does not exist`},
		{"no such special day", Spec{Zone: "UTC", Week: nine, SpecialDays: map[Date][]Window{{2026, 13, 1}: nil}}, `special day 2026-13-01 does not exist`},
		{"a special day off the clock", Spec{Zone: "UTC", Week: nine, SpecialDays: map[Date][]Window{christmas: {{540, 2000}}}}, `special day 2026-12-25: window from minute 540 to 2000 is off the clock`},
		{"two weeks", Spec{Zone: "UTC", Week: nine, AllHours: true}, `Sunday has hours (09:00-17:00) although the calendar has all hours`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.spec.Name = "desk"
			c, err := New(tt.spec)
			if err == nil {
				t.Fatalf("accepted as %+v", c)
			}
			if want := `worktime: calendar "desk": ` + tt.want; !strings.HasPrefix(err.Error(), want) {
				t.Errorf("got  %v\nwant %s…", err, want)
			}
		})
	}
}

// What looks like a conflict and is none.
func TestNewAccepts(t *testing.T) {
	christmas := Date{2026, 12, 25}
	for name, spec := range map[string]Spec{
		"windows that touch, also at midnight": {Week: daily(t, "00:00-12:00", "12:00-00:00")},
		"a whole day from nine to nine":        {Week: daily(t, "09:00-09:00")},
		"a holiday listed twice":               {Week: daily(t, "09:00-17:00"), Holidays: []Date{christmas, christmas}},
		"a holiday that is also a special day without hours": {Week: daily(t, "09:00-17:00"), Holidays: []Date{christmas},
			SpecialDays: map[Date][]Window{christmas: {}}},
		"24×7 but for a holiday": {AllHours: true, Holidays: []Date{christmas}},
	} {
		spec.Name, spec.Zone = name, "Asia/Kolkata"
		if c, err := New(spec); err != nil {
			t.Errorf("%s: %v", name, err)
		} else if c.Name() != name || c.Zone().String() != "Asia/Kolkata" {
			t.Errorf("%s: became %q in %v", name, c.Name(), c.Zone())
		}
	}
}

// A calendar keeps nothing that the caller may still change.
func TestNewCopies(t *testing.T) {
	spec := Spec{Name: "desk", Zone: "UTC", Week: weekdays(t, "09:00-17:00")}
	c := calendar(t, spec)
	spec.Week[time.Monday][0] = Window{0, 60}
	delete(spec.Week, time.Tuesday)
	if a := at(t, "Mon 2026-03-02 00:00 +0000"); c.Between(a, a.AddDate(0, 0, 7)) != 40*time.Hour {
		t.Error("the week changed with the Spec")
	}
}

// Whatever is read is a window on the clock face that reads back as itself.
func FuzzParseWindow(f *testing.F) {
	for _, text := range []string{"09:00-17:00", "22:00-06:00", "0:00-24:00", " 9:05 - 9:05", "24:00-00:00", "-", "1:1-2:2", "99:99-99:99"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		w, err := ParseWindow(text)
		if err != nil {
			return
		}
		if !w.valid() {
			t.Errorf("%q is read as %+v", text, w)
		}
		if again, err := ParseWindow(w.String()); err != nil || again != w {
			t.Errorf("%q is read as %v, which is read as %v, %v", text, w, again, err)
		}
		if _, err := New(Spec{Zone: "UTC", Week: map[time.Weekday][]Window{time.Monday: {w}}}); err != nil {
			t.Errorf("%q makes no calendar: %v", text, err)
		}
	})
}
