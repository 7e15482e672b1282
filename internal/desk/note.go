package desk

// NoteState is what stands of the note that a message in a ticket's thread
// became; the zero one if there is none.
type NoteState struct {
	By   MemberID // who wrote it, 0 if there is none or it was taken back
	Text Text     // its latest words; without By, those of the message that came
	Gone bool     // taken back, if there was one
	// Words are the revisions of the events that hold words of it, which go when
	// they are replaced or taken back.
	Words []int
}

// NoteOf folds a ticket's events, in order, to the note that came from the
// message.
func NoteOf(es []Event, from string) NoteState {
	var n NoteState
	for _, e := range es {
		switch f := e.What.(type) {
		case Noted:
			if from != "" && f.From == from {
				n.By, n.Text, n.Words = e.By.Member, f.Text, append(n.Words, e.Seq)
			}
		case NoteChanged:
			if f.From == from {
				n.Text, n.Words = f.Text, append(n.Words, e.Seq)
			}
		case NoteRemoved:
			if f.From == from {
				n.By, n.Text, n.Gone = 0, "", true
			}
		}
	}
	return n
}

// amend follows a message that was a note and now says something else, or
// nothing. One that says the same changes nothing. A platform may tell of the
// change before it tells of the message: what is no note yet is remembered for
// the note that it may become.
func (d *deciding) amend(c Amend) error {
	n := d.f.Note
	switch {
	case n.Gone:
		return nil
	case n.By == 0 && c.Text != "" && d.by("write a note", anyRole...) != nil: // it becomes none
		return nil
	case n.By != 0 && n.By != d.r.By.Member:
		return &Refusal{Rule: ByRole, Text: "Only whoever wrote a note changes it.", Who: nonzero(n.By),
			Offer: []Offer{{Verb: VNote, Ticket: d.t.Number, Label: "Leave a note"}}}
	}
	switch text := Clean(c.Text, MaxText); text {
	case "":
		d.emit(NoteRemoved{From: c.From})
	case n.Text:
	default:
		d.emit(NoteChanged{From: c.From, Text: text})
	}
	return nil
}
