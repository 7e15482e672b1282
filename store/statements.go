package store

import "strings"

// statement is one SQL text. It is written once with $1, $2, …; SQLite gets
// ?1, ?2, … (its own $n binds by first appearance, not by number). Where the
// engines differ, text is empty and sql_sqlite.go and sql_postgres.go have one
// each.
type statement struct {
	name             string
	sqlite, postgres string
	reads            bool // changes nothing
	single           bool // has at most one row, so that SQLite need not look for a second
}

// statements are all there are, for the test that explains each.
var statements []*statement

func same(name, text string) *statement {
	return add(&statement{name: name, sqlite: text, postgres: text})
}

// single marks a statement whose answer has at most one row.
func single(q *statement) *statement {
	q.single = true
	return q
}

func differs(name string) *statement {
	return add(&statement{name: name, sqlite: sqliteText[name], postgres: postgresText[name]})
}

func add(q *statement) *statement {
	q.sqlite = strings.ReplaceAll(q.sqlite, "$", "?")
	q.reads = strings.HasPrefix(q.sqlite, "SELECT") || strings.HasPrefix(q.sqlite, "WITH RECURSIVE chain")
	statements = append(statements, q)
	return q
}

// Open tickets are found by partial indexes: their predicates (see the
// migration) are repeated here literally.
const (
	inQueue = `is_open AND stage = 'ready' AND priority <> ''`
	inDeck  = `is_open AND priority = ''`
	allOpen = `is_open AND number > 0` // to walk them by number
	// fits: not assigned to another than $1, of a type that is in the skills $2
	// ("|network|print|", or "" for all). replace is the one function of both
	// engines that tells whether a text holds another without wildcards.
	fits = `(assignee = 0 OR assignee = $1) AND ($2 = '' OR category_type = '' OR replace($2, '|' || category_type || '|', '') <> $2)`
)

// The desk's row, tickets and what a decision depends on.
var (
	readVersion = same("read version", `SELECT version FROM desk WHERE id = 1`)
	// readPresent is the version with what else every command reads: the body and
	// outcome of the delivery $1, divided by a space, empty if it is new; whether
	// the notice $2 waits, and is urgent (-1: it does not wait); the state of the
	// ticket $3. Joined from the left, SQLite would prepare it anew for each key.
	readPresent = single(same("read present", `SELECT version, coalesce((SELECT body || ' ' || outcome FROM deliveries WHERE key = $1), ''),
		coalesce((SELECT CASE WHEN urgent = TRUE THEN 1 ELSE 0 END FROM notices WHERE key = $2 AND state = 'pending'), -1),
		coalesce((SELECT state FROM tickets WHERE number = $3), '') FROM desk WHERE id = 1`))
	lockDesk   = differs("lock desk")   // tickets, requests
	lockMember = differs("lock member") // serialises the commands that count the member's work
	lockTicket = differs("lock ticket")
	// lockPair is $1 and the root of $2's chain of duplicates, in number order.
	lockPair = differs("lock pair")
	// lockAbove and lockBelow are $1 and its neighbour in the ready queue of its
	// priority, in number order.
	lockAbove = differs("lock above")
	lockBelow = differs("lock below")

	readWorking = same("read working", `SELECT number FROM tickets WHERE is_open AND assignee <> 0 AND assignee = $1 AND status = $2 AND number <> $4
		UNION SELECT number FROM tickets WHERE is_open AND tester <> 0 AND tester = $1 AND status = $3 AND number <> $4 ORDER BY 1`)
	// The empty text keeps SQLite from sorting all that are in the status instead
	// of walking the queue to the first that fits.
	readTop = same("read top", `SELECT number FROM tickets WHERE `+inQueue+` AND status || '' = $3 AND `+fits+`
		ORDER BY prio_order, rank, number LIMIT 1`)
	readMinRank = same("read min rank", `SELECT rank FROM tickets WHERE `+inQueue+` AND prio_order =
		CASE WHEN $2 >= 0 THEN $2 ELSE (SELECT prio_order FROM tickets WHERE number = $1) END ORDER BY prio_order, rank, number LIMIT 1`)
	countAhead = same("count ahead", `SELECT count(*) FROM tickets WHERE `+inQueue+` AND number <> $1 AND (prio_order, rank, number) <
		(CASE WHEN $2 >= 0 THEN $2 ELSE (SELECT prio_order FROM tickets WHERE number = $1) END,
		CASE WHEN $3 THEN -9223372036854775807 ELSE (SELECT rank FROM tickets WHERE number = $1) END, $1)`)
	readStarts  = same("read starts", `SELECT at FROM events WHERE fact = 'Started' AND at >= $1 AND at < $2`)
	readAllowed = same("read allowed", `SELECT number FROM tickets WHERE is_open AND allowed <> 0 AND allowed = $1 LIMIT 1`)
	readLeast   = same("read least", `SELECT assignee, count(*) FROM tickets WHERE is_open AND assignee <> 0 AND stage = 'active' GROUP BY assignee`)

	insertTicket = same("insert ticket", `INSERT INTO tickets (number, revision, status, stage, is_open, priority, prio_order, urgent, rank, category_type,
		client, assignee, tester, allowed, entered, since, snoozed, duplicate_of, touched, state)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)`)
	updateTicket = same("update ticket", `UPDATE tickets SET revision = $2, status = $3, stage = $4, is_open = $5, priority = $6, prio_order = $7, urgent = $8,
		rank = $9, category_type = $10, client = $11, assignee = $12, tester = $13, allowed = $14, entered = $15, since = $16, snoozed = $17,
		duplicate_of = $18, touched = $19, state = $20 WHERE number = $1`)
	// touchTicket is updateTicket for events that change no column: an index is
	// written when a column of it is set, changed or not.
	touchTicket = same("touch ticket", `UPDATE tickets SET revision = $2, state = $3 WHERE number = $1`)
	// assignTicket is updateTicket for a new assignee and nothing else.
	assignTicket   = same("assign ticket", `UPDATE tickets SET revision = $2, assignee = $3, state = $4 WHERE number = $1`)
	setDeadlines   = same("set deadlines", `UPDATE tickets SET risk = $2, due = $3 WHERE number = $1 AND (risk <> $2 OR due <> $3)`)
	lockOpen       = differs("lock open") // open tickets after $1, at most $2
	updateNumbers  = same("update numbers", `UPDATE desk SET tickets = $1, requests = $2 WHERE id = 1`)
	insertEvent    = same("insert event", `INSERT INTO events (ticket, revision, at, by_member, by_clock, fact, body) VALUES ($1, $2, $3, $4, $5, $6, $7)`)
	insertWords    = same("insert words", `INSERT INTO words (ticket, revision, field, salt, body) VALUES ($1, $2, $3, $4, $5)`)
	insertDelivery = same("insert delivery", `INSERT INTO deliveries (key, body, at, outcome) VALUES ($1, $2, $3, $4)`)
	insertRefusal  = same("insert refusal", `INSERT INTO refusals (at, member, verb, ticket, rule, body) VALUES ($1, $2, $3, $4, $5, $6)`)
	countWarnings  = differs("count warnings") // from $1 to $2
	countRefusals  = same("count refusals", `SELECT rule, count(*) FROM refusals WHERE at >= $1 AND at < $2 GROUP BY rule`)

	// After a change of the configuration: what the columns say of the policy.
	replaceStatus   = same("replace status", `UPDATE tickets SET stage = $2 WHERE is_open AND status = $1 AND stage <> $2`)
	replacePriority = same("replace priority", `UPDATE tickets SET prio_order = $2, urgent = $3 WHERE is_open AND priority = $1 AND (prio_order <> $2 OR urgent <> $3)`)
)

// The desk's own stream and handed requests.
var (
	updateVersion   = same("update version", `UPDATE desk SET version = $1 WHERE id = 1`)
	insertDeskEvent = same("insert desk event", `INSERT INTO desk_events (seq, at, by_member, by_clock, fact, body) VALUES ($1, $2, $3, $4, $5, $6)`)
	insertDeskWords = same("insert desk words", `INSERT INTO desk_words (seq, field, owner, salt, body) VALUES ($1, $2, $3, $4, $5)`)
	readDeskEvents  = same("read desk events", `SELECT seq, at, by_member, by_clock, fact, body FROM desk_events WHERE seq > $1 ORDER BY seq`)
	readDeskWords   = same("read desk words", `SELECT seq, field, body FROM desk_words WHERE seq > $1 ORDER BY seq`)

	handedColumns = `number, by_member, at, body, state, ticket, by_whom, closed, why`
	lockHanded    = differs("lock handed")
	readHanded    = same("read handed", `SELECT `+handedColumns+` FROM handed WHERE number = $1`)
	listHanded    = same("list handed", `SELECT `+handedColumns+` FROM handed WHERE state = 'open' ORDER BY number LIMIT $1 OFFSET $2`)
	countHanded   = same("count handed", `SELECT count(*) FROM handed WHERE state = 'open'`)
	insertHanded  = same("insert handed", `INSERT INTO handed (`+handedColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`)
	updateHanded  = same("update handed", `UPDATE handed SET state = $2, ticket = $3, by_whom = $4, closed = $5, why = $6 WHERE number = $1`)
)

// Reading tickets and their history. Lists are in lists.go.
var (
	readTicket     = same("read ticket", `SELECT number, state FROM tickets WHERE number = $1`)
	readEvents     = same("read events", `SELECT ticket, revision, at, by_member, by_clock, fact, body FROM events WHERE ticket = $1 AND revision >= $2 AND revision <= $3 ORDER BY revision`)
	readWords      = same("read words", `SELECT revision, field, body FROM words WHERE ticket = $1 AND revision >= $2 AND revision <= $3 ORDER BY revision, id`)
	readDuplicates = same("read duplicates", `SELECT number, state FROM tickets WHERE duplicate_of > 0 AND duplicate_of = $1 ORDER BY number`)
	readBoard      = same("read board", `SELECT b.status, b.n, b.since, (SELECT min(t.number) FROM tickets t WHERE t.is_open AND t.status = b.status AND t.since = b.since)
		FROM (SELECT status, count(*) AS n, min(since) AS since FROM tickets WHERE is_open GROUP BY status) b`)
	// tally: $1 is the status of a question to the client.
	tally = same("tally", `SELECT count(*), count(CASE WHEN category_type = '' OR status = $1 THEN 1 END), count(CASE WHEN priority = '' THEN 1 END)
		FROM tickets WHERE is_open`)
	nextTickets = same("next tickets", `SELECT number, state FROM tickets WHERE number > $1 ORDER BY number LIMIT $2`)
	findPage    = differs("find page") // $1 the terms, $2 a number, $3 limit, $4 offset
	findCount   = differs("find count")
)

// Notices, for internal/outbox.
var (
	// upsertNotice: a second notice with the key puts the first one off, also
	// one that was carried out or is in flight; onceNotice drops it. A paint that
	// waits is left alone: it draws the present, whatever revision it was saved at.
	upsertNotice = same("upsert notice", `INSERT INTO notices (`+noticeColumns+`) VALUES (`+noticeValues+`)
		ON CONFLICT (key) DO UPDATE SET revision = excluded.revision, due = excluded.due, urgent = excluded.urgent, what = excluded.what, attempts = 0, last_error = '',
		state = CASE WHEN notices.state = 'sending' THEN 'sending' ELSE 'pending' END WHERE notices.kind <> 'paint' OR notices.urgent <> excluded.urgent
		OR notices.state <> 'pending' AND notices.revision <> excluded.revision`)
	onceNotice    = same("once notice", `INSERT INTO notices (`+noticeColumns+`) VALUES (`+noticeValues+`) ON CONFLICT (key) DO NOTHING RETURNING id`)
	noticeColumns = `key, kind, ticket, revision, place, what, due, urgent, lane, state, attempts, owner, lease, taken, last_error`
	noticeValues  = `$1, $2, $3, $4, $5, $6, $7, $8, $9, 'pending', 0, '', 0, 0, ''`

	serialiseClaims = differs("serialise claims")
	// anyDue: a notice is due at the desk time $1, or a lease ended at the time $2.
	anyDue = same("any due", `SELECT EXISTS (SELECT 1 FROM notices WHERE state = 'pending' AND urgent = TRUE AND due <= $1)
		OR EXISTS (SELECT 1 FROM notices WHERE state = 'pending' AND urgent = FALSE AND due <= $1)
		OR EXISTS (SELECT 1 FROM notices WHERE state = 'sending' AND lease <= $2)`)
	endLeases     = same("end leases", `UPDATE notices SET state = 'pending', owner = '', lease = 0 WHERE state = 'sending' AND lease <= $1`)
	shortenLeases = same("shorten leases", `UPDATE notices SET lease = $1 WHERE state = 'sending' AND lease > $1`)
	// claimNotices: the first of each lane that has none in flight.
	claimNotices = differs("claim notices") // $1 owner, $2 lease until, $3 desk time, $4 limit
	// finishNotice: one that was upserted while in flight stays pending.
	finishNotice = same("finish notice", `UPDATE notices SET owner = '', lease = 0,
		state = CASE WHEN revision = taken AND taken = $3 THEN $4 ELSE 'pending' END,
		attempts = CASE WHEN revision = taken AND taken = $3 THEN attempts ELSE 0 END, last_error = $5
		WHERE id = $1 AND owner = $2 AND state = 'sending' RETURNING id`)
	retryNotice = same("retry notice", `UPDATE notices SET owner = '', lease = 0, state = 'pending',
		due = CASE WHEN revision = taken THEN $3 ELSE due END, last_error = $4
		WHERE id = $1 AND owner = $2 AND state = 'sending' RETURNING id`)
	// putOffNotice is retryNotice for a try that does not count.
	putOffNotice = same("put off notice", `UPDATE notices SET owner = '', lease = 0, state = 'pending',
		due = CASE WHEN revision = taken THEN $3 ELSE due END, last_error = $4,
		attempts = CASE WHEN attempts > 0 THEN attempts - 1 ELSE 0 END
		WHERE id = $1 AND owner = $2 AND state = 'sending' RETURNING id`)
	unparkNotices = same("unpark notices", `UPDATE notices SET state = 'pending', attempts = 0, last_error = ''
		WHERE state = 'parked' AND state IN ('parked', 'dead') RETURNING id`)
	nextDue = same("next due", `SELECT due FROM (SELECT due FROM (SELECT due FROM notices WHERE state = 'pending' AND urgent = TRUE ORDER BY due LIMIT 1) u
		UNION ALL SELECT due FROM (SELECT due FROM notices WHERE state = 'pending' AND urgent = FALSE ORDER BY due LIMIT 1) n
		UNION ALL SELECT due FROM notices WHERE state = 'sending') d ORDER BY due LIMIT 1`)
	countUndelivered = same("count undelivered", `SELECT 'pending', count(*) FROM notices WHERE state = 'pending'
		UNION ALL SELECT 'sending', count(*) FROM notices WHERE state = 'sending'
		UNION ALL SELECT state, count(*) FROM notices WHERE state IN ('parked', 'dead') GROUP BY state`)
)

// The ledger of posts.
var (
	insertPost = same("insert post", `INSERT INTO posts (key, at, place, message) VALUES ($1, $2, '', '') ON CONFLICT (key) DO NOTHING RETURNING key`)
	readPost   = single(same("read post", `SELECT at, place, message FROM posts WHERE key = $1`))
	endPost    = same("end post", `UPDATE posts SET place = $2, message = $3 WHERE key = $1`)
	dropPost   = same("drop post", `DELETE FROM posts WHERE key = $1 AND message = ''`)
	// recentPosts: by the index of their time.
	recentPosts = same("recent posts", `SELECT key, at, place, message FROM posts WHERE at >= $1 AND message IN ('', $2)`)
)

// What one process does alone.
var (
	// takeLease: $1 name, $2 owner, $3 until, $4 now.
	takeLease = same("take lease", `INSERT INTO leases (name, owner, until) VALUES ($1, $2, $3)
		ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until = excluded.until WHERE leases.owner = excluded.owner OR leases.until <= $4 RETURNING name`)
	dropLeases = same("drop leases", `DELETE FROM leases WHERE name <> ''`)
	endLease   = same("end lease", `DELETE FROM leases WHERE name = $1 AND owner = $2`)
)

// The duties' slots, and what is let go of after a week ($1), so many at a time
// ($2).
var (
	insertSlot = same("insert slot", `INSERT INTO slots (duty, place, slot, due, late, at, times) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (duty, place, slot) DO NOTHING RETURNING slot`)
	lastSlot = same("last slot", `SELECT slot, due, late, at, times FROM slots WHERE duty = $1 AND place = $2 AND due <= $3 ORDER BY due DESC LIMIT 1`)

	purgeDeliveries = same("purge deliveries", `DELETE FROM deliveries WHERE key IN (SELECT key FROM deliveries WHERE at < $1 ORDER BY at LIMIT $2) RETURNING key`)
	purgeNotices    = same("purge notices", `DELETE FROM notices WHERE id IN
		(SELECT id FROM notices WHERE state IN ('sent', 'dropped') AND due < $1 ORDER BY due LIMIT $2) RETURNING id`)
	purgeSlots = same("purge slots", `DELETE FROM slots WHERE (duty, place, slot) IN (SELECT s.duty, s.place, s.slot FROM slots s WHERE s.due < $1
		AND EXISTS (SELECT 1 FROM slots l WHERE l.duty = s.duty AND l.place = s.place AND l.due > s.due) LIMIT $2) RETURNING slot`)
	// oldPosts are those before $3, after the last one seen ($1, $2).
	oldPosts   = same("old posts", `SELECT key, at FROM posts WHERE (at, key) > ($1, $2) AND at < $3 ORDER BY at, key LIMIT $4`)
	purgePost  = same("purge post", `DELETE FROM posts WHERE key = $1`)
	readUndone = same("read undone", `SELECT key FROM notices WHERE key = $1 AND state IN ('pending', 'sending', 'parked')`)
	digestKeys = same("digest keys", `SELECT key FROM digests`)
)

// Cards, drafts and settings.
var (
	readCard   = same("read card", `SELECT message, revision FROM cards WHERE ticket = $1 AND place = $2`)
	upsertCard = same("upsert card", `INSERT INTO cards (ticket, place, message, revision) VALUES ($1, $2, $3, $4)
		ON CONFLICT (ticket, place) DO UPDATE SET message = excluded.message, revision = excluded.revision`)
	// swapCard is upsertCard where the card is as it was: message $5, revision $6.
	swapCard = same("swap card", `INSERT INTO cards (ticket, place, message, revision) VALUES ($1, $2, $3, $4)
		ON CONFLICT (ticket, place) DO UPDATE SET message = excluded.message, revision = excluded.revision
		WHERE cards.message = $5 AND cards.revision = $6 RETURNING ticket`)
	readDraft   = same("read draft", `SELECT data FROM drafts WHERE id = $1`)
	upsertDraft = same("upsert draft", `INSERT INTO drafts (id, at, data) VALUES ($1, $2, $3)
		ON CONFLICT (id) DO UPDATE SET at = excluded.at, data = excluded.data`)
	purgeDrafts   = same("purge drafts", `DELETE FROM drafts WHERE at < $1`)
	readSetting   = same("read setting", `SELECT value FROM settings WHERE key = $1`)
	upsertSetting = same("upsert setting", `INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value`)
)
