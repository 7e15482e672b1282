package sample

import (
	"deskbell.dev/deskbell/internal/desk"
)

// life is one sample ticket: how it came, and what was done with it since.
type life struct {
	days, minute         int // working days ago, minutes after nine
	kind                 desk.Kind
	client, cameBy       string
	summary, description string
	severity, impact     desk.Level
	steps                []step
}

type step func(*filling)

// by is one command by a member.
func by(who string, c desk.Command) step { return func(f *filling) { f.do(who, c) } }

// later is a pause of working days.
func later(days int) step {
	return func(f *filling) {
		for range days {
			f.at = f.at.AddDate(0, 0, 1)
			for !f.p.Hours.WorkingDay(f.at) {
				f.at = f.at.AddDate(0, 0, 1)
			}
		}
	}
}

func to(who string, status desk.StatusKey, why string) step {
	return by(who, desk.Move{To: status, Why: desk.Text(why)})
}

func cat(typ, sub, item string) step {
	return by("", desk.Categorize{Category: desk.Category{Type: typ, Subtype: sub, Item: item}})
}

func prioritized(p desk.PriorityKey) step { return by("srm", desk.Prioritize{Priority: p}) }

func steps(parts ...any) []step {
	var out []step
	for _, p := range parts {
		switch p := p.(type) {
		case step:
			out = append(out, p)
		case []step:
			out = append(out, p...)
		}
	}
	return out
}

// tested is the way of a defect from ready to the client's test.
func tested(worker, tester, what string) []step {
	return steps(by(worker, desk.Start{}), to(worker, "ready_to_test", what), to(tester, "in_testing", ""), to(tester, "ready_to_install", ""),
		to(worker, "client_testing", "rolled out"))
}

// done is a service request from ready to the client's word.
func done(worker, what, how string) []step {
	return steps(by(worker, desk.Start{}), to(worker, "client_testing", what), by(worker, desk.Confirm{How: how}))
}

// lives in the order in which they began: twelve that are over, one begun on
// each of the working days before, and a few in each stage.
var lives = []life{
	{15, 10, desk.Service, "Bright Law", "phone", "New starter needs an account", "Priya: a paralegal starts on Monday and needs mail, the case folder and a phone.", "", desk.Low,
		steps(cat("Access", "Account", "New"), prioritized("normal"), done("tech", "account, mailbox and folder set up", "call"))},
	{14, 20, desk.Defect, "Acme Dental", "phone", "Printer at reception prints grey stripes", "Since this morning, on every page. The label printer is fine.", desk.Low, desk.Low,
		steps(cat("Hardware", "Printer", "Quality"), prioritized("normal"), tested("tech2", "tech", "drum replaced"), by("tech2", desk.Confirm{How: "in person"}))},
	{13, 5, desk.Service, "Delta Freight", "e-mail", "Password for the scanner account", "The yard scanner asks for a new password; Mike approved.", "", desk.Low,
		steps(cat("Access", "Account", "Password"), prioritized("normal"), done("tech", "reset and written into the vault", "e-mail"))},
	{12, 30, desk.Defect, "Fjord Architects", "portal", "Plotter drops off the network", "Two or three times a day; a restart helps.", desk.Medium, desk.Low,
		steps(cat("Hardware", "Printer", "Offline"), prioritized("normal"), tested("tech2", "tech", "fixed address, new cable"), by("", desk.Confirm{How: "link"}))},
	{11, 15, desk.Service, "Harbor Hotel", "phone", "Guest Wi-Fi password for the conference", "Nina needs a voucher list for 80 guests by noon.", "", desk.Medium,
		steps(cat("Network", "Wi-Fi", "Slow"), prioritized("normal"), done("tech", "voucher list sent", "e-mail"))},
	{10, 0, desk.Defect, "Green Valley Clinic", "phone", "Appointment book won't open", "Message about a lock file, on all four front-desk PCs. Everyone waits.", desk.High, desk.High,
		steps(cat("Software", "Office", "Crash"), prioritized("urgent"), tested("tech", "tech2", "stale lock removed, share repaired"), by("srm", desk.Confirm{How: "call"}))},
	{9, 40, desk.Service, "Juniper Books", "e-mail", "Mailbox is full", "Sofia can receive but not send.", desk.Low, desk.Low,
		steps(cat("Software", "E-mail", "Mailbox full"), prioritized("normal"), done("tech2", "archive switched on", "e-mail"))},
	{8, 25, desk.Defect, "Elm Street School", "phone", "Projector PC in room 4 won't start", "Fan spins, no picture. Room 4, ground floor.", desk.Medium, desk.Low,
		steps(cat("Hardware", "Workstation", "Won't start"), prioritized("normal"), tested("tech", "tech2", "memory reseated"), by("tech", desk.Confirm{How: "in person"}))},
	{7, 10, desk.Service, "Iron Gym", "phone", "Leaver: close Dan's account", "Dan left on Friday. Mail to Ben, please.", "", desk.Low,
		steps(cat("Access", "Account", "Leaver"), prioritized("normal"), done("tech2", "closed, mail forwarded", "call"))},
	{6, 35, desk.Defect, "Corner Bakery", "phone", "Till shows yesterday's prices", "Rosa changed them last night; the till did not take it.", desk.Medium, desk.Medium,
		steps(cat("Software", "Accounting", "Wrong figure"), prioritized("normal"), tested("tech", "tech2", "sync job restarted"),
			later(1), by("sdm", desk.Nudge{}), later(1), by("sdm", desk.Nudge{}), by("sdm", desk.Close{Why: "no answer after two nudges; the till runs"}))},
	{6, 50, desk.Defect, "Delta Freight", "phone", "VPN drops every hour", "Kim and three drivers' dispatchers lose it on the hour.", desk.Medium, desk.Medium,
		steps(cat("Network", "VPN", "Drops"), prioritized("normal"), tested("tech2", "tech", "rekey interval raised"))},
	{5, 5, desk.Service, "Bright Law", "portal", "Case folder permission for Carl", "Read and write on Matters/2291. Priya approved.", "", desk.Low,
		steps(cat("Access", "Shared folder", "Permission"), prioritized("normal"), done("tech", "granted", "e-mail"))},
	{4, 20, desk.Defect, "Acme Dental", "phone", "X-ray viewer is slow", "Jane: ten seconds for each picture since the update.", desk.Medium, desk.High,
		steps(cat("Hardware", "Workstation", "Slow"), prioritized("normal"), tested("tech", "tech2", "viewer cache moved to the fast disk"), later(1), by("sdm", desk.Nudge{}))},
	{4, 45, desk.Service, "Fjord Architects", "phone", "Quote for a second screen", "Lars wants to know what two 27-inch screens cost, mounted.", "", desk.Low,
		steps(cat("Hardware", "Workstation", "Replacement"), by("srm", desk.DoEstim{}), by("tech", desk.DoEstim{Hours: 2, Text: "2 screens 27 inch, arms, mounting: 2 hours and 640 in parts"}), to("srm", "estimate_pending", ""))},
	{3, 15, desk.Defect, "Harbor Hotel", "phone", "Key card encoder loses its connection", "The front desk has to unplug it twice a shift.", desk.Medium, desk.Medium,
		steps(cat("Hardware", "Workstation", "Won't start"), prioritized("normal"), by("tech2", desk.Start{}), to("tech2", "ready_to_test", "driver replaced, power saving off"))},
	{3, 40, desk.Defect, "Green Valley Clinic", "e-mail", "Mails from the lab go to junk", "Aisha: lab results arrive hours late because of it.", desk.Medium, desk.High,
		steps(cat("Software", "E-mail", "Missing mail"), prioritized("normal"), by("tech", desk.Start{}), by("tech", desk.Clarify{Question: "From which addresses exactly does the lab send?"}))},
	{2, 10, desk.Defect, "Elm Street School", "phone", "Tablets in the library lose the Wi-Fi", "All 24, since the holiday. Laptops are fine.", desk.Medium, desk.Medium,
		steps(cat("Network", "Wi-Fi", "No connection"), prioritized("normal"), by("tech", desk.Start{}), by("tech", desk.Note{Text: "Channel plan looks wrong after the controller update."}))},
	{2, 35, desk.Service, "Juniper Books", "e-mail", "How do I print address labels?", "Sofia sends 200 parcels next week.", "", desk.Low,
		steps(cat("Software", "Office", "How to"), prioritized("normal"))},
	{2, 50, desk.Internal, "Unknown caller", "internal", "Renew our own backup certificate", "Runs out at the end of the month.", "", "", nil},
	{1, 5, desk.Service, "Corner Bakery", "phone", "Second till for the Saturday market", "Rosa wants to rent one, with the same prices.", "", desk.Low,
		steps(cat("Hardware", "Workstation", "Replacement"), prioritized("normal"))},
	{1, 20, desk.Defect, "Delta Freight", "phone", "VPN drops again, every hour", "Same as last week, says Mike.", desk.Medium, desk.Medium,
		steps(cat("Network", "VPN", "Drops"), by("srm", desk.Duplicate{Of: 11}))},
	{1, 30, desk.Service, "Iron Gym", "phone", "Music player account for the new room", "Ben: from Monday on.", "", desk.Low,
		steps(cat("Access", "Account", "New"), prioritized("normal"), by("srm", desk.Prioritize{Rank: "top"}))},
	{1, 45, desk.Defect, "Bright Law", "phone", "Scanner sends empty pages", "Carl: only from the feeder, since this morning.", desk.Low, desk.Medium,
		steps(cat("Hardware", "Printer", "Quality"), by("", desk.Review{}))},
	{0, 5, desk.Defect, "Acme Dental", "phone", "Reception PC beeps and stays dark", "Three short beeps. Patients queue at the door.", desk.High, desk.High, steps(cat("Hardware", "Workstation", "Won't start"))},
	{0, 15, desk.Service, "Unknown caller", "phone", "A man asks about his invoice portal", "Left a number: 555 0177. Will call again.", "", desk.Low, nil},
}
