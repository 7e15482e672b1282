package store

// sqliteText is what SQLite says otherwise. There is one writer, so nothing is
// locked by hand.
var sqliteText = map[string]string{
	"lock desk":   `SELECT tickets, requests FROM desk WHERE id = 1`,
	"lock member": `SELECT $1`,
	"lock ticket": `SELECT $1`,
	"lock pair": `WITH RECURSIVE chain (n, next, depth) AS (` + chainSteps + `), root (n) AS (SELECT n FROM chain ORDER BY depth DESC LIMIT 1)
		SELECT number, state, coalesce((SELECT n FROM root), 0) FROM tickets WHERE number IN ($1, (SELECT n FROM root)) ORDER BY number`,
	"lock above":       `SELECT number, state FROM tickets WHERE number IN ($1, (` + above + `)) ORDER BY number`,
	"lock below":       `SELECT number, state FROM tickets WHERE number IN ($1, (` + below + `)) ORDER BY number`,
	"lock open":        `SELECT number, state, risk, due FROM tickets WHERE ` + allOpen + ` AND number > $1 ORDER BY number LIMIT $2`,
	"lock handed":      `SELECT ` + handedColumns + ` FROM handed WHERE number = $1`,
	"serialise claims": `SELECT 1`,
	"count warnings":   `SELECT body ->> 'Rule', count(*) FROM events WHERE fact = 'Warned' AND at >= $1 AND at < $2 GROUP BY 1`,
	"sum logged": `SELECT e.by_member, CASE WHEN t.client = 0 OR e.body ->> 'Internal' = 1 THEN 1 ELSE 0 END, sum(CAST(e.body ->> 'Minutes' AS INTEGER)) FROM events e JOIN tickets t ON t.number = e.ticket
		WHERE e.fact = 'TimeLogged' AND e.at >= $1 AND e.at < $2 GROUP BY 1, 2 ORDER BY 1, 2`,
	"sum breached": `SELECT body ->> 'Goal', count(*) FROM events WHERE fact = 'GoalBreached' AND at >= $1 AND at < $2 GROUP BY 1`,
	"claim notices": `UPDATE notices SET state = 'sending', owner = $1, lease = $2, taken = revision, attempts = attempts + 1
		WHERE id IN (SELECT id FROM (SELECT * FROM (` + claimableSQLite + ` AND n.urgent = TRUE ORDER BY n.due, n.id LIMIT $4)
		UNION ALL SELECT * FROM (` + claimableSQLite + ` AND n.urgent = FALSE ORDER BY n.due, n.id LIMIT $4)) ORDER BY urgent DESC, due, id LIMIT $4) RETURNING ` + claimed,

	// A ticket is found when each term stands somewhere in its words, or by its
	// number. $1 is a JSON list of FTS terms.
	"find page": `SELECT t.number, t.state FROM (` + foundSQLite + `) f JOIN tickets t ON t.number = f.ticket
		ORDER BY (t.number = $2) DESC, t.is_open DESC, t.number DESC LIMIT $3 OFFSET $4`,
	"find count": `SELECT count(*) FROM (` + foundSQLite + `) f JOIN tickets t ON t.number = f.ticket`,
}

const foundSQLite = `SELECT w.ticket AS ticket FROM json_each($1) q CROSS JOIN words_fts f CROSS JOIN words w
	WHERE f.words_fts MATCH q.value AND w.id = f.docid
	GROUP BY w.ticket HAVING count(DISTINCT q.key) = json_array_length($1) UNION SELECT $2`

// What both engines build on.
const (
	// chainSteps walks from $2 along duplicate_of; the depth is bounded since a
	// desk may have made a ring by undoing.
	chainSteps = `SELECT number, duplicate_of, 0 FROM tickets WHERE number = $2
		UNION ALL SELECT t.number, t.duplicate_of, c.depth + 1 FROM chain c JOIN tickets t ON t.number = c.next WHERE c.next <> 0 AND c.depth < 50`
	ofItsPriority = inQueue + ` AND prio_order = (SELECT prio_order FROM tickets WHERE number = $1)`
	itsPlace      = `((SELECT rank FROM tickets WHERE number = $1), $1)`
	above         = `SELECT number FROM tickets WHERE ` + ofItsPriority + ` AND (rank, number) < ` + itsPlace + ` ORDER BY prio_order DESC, rank DESC, number DESC LIMIT 1`
	below         = `SELECT number FROM tickets WHERE ` + ofItsPriority + ` AND (rank, number) > ` + itsPlace + ` ORDER BY prio_order, rank, number LIMIT 1`

	claimable = `SELECT n.id FROM notices n WHERE ` + firstOfLane + ` ORDER BY n.urgent DESC, n.due, n.id`
	// claimableSQLite is asked for urgent ones and for the others apart, so that
	// what is due later is not looked at.
	claimableSQLite = `SELECT n.id AS id, n.urgent AS urgent, n.due AS due FROM notices n WHERE ` + firstOfLane
	firstOfLane     = `n.state = 'pending' AND n.due <= $3
		AND NOT EXISTS (SELECT 1 FROM notices f WHERE f.state = 'sending' AND f.lane = n.lane)
		AND n.id = (SELECT e.id FROM notices e WHERE e.state = 'pending' AND e.lane = n.lane AND e.due <= $3 ORDER BY e.urgent DESC, e.due, e.id LIMIT 1)`
	claimed = `id, key, kind, ticket, revision, place, what, due, urgent, attempts`
)

// The full-text table follows words once a commit: done at each insert, every
// savepoint would flush its index.
var (
	lastWords = add(&statement{name: "last words", sqlite: `SELECT coalesce(max(id), 0) FROM words`})
	// mergeWords writes the full-text table's index anew, which keeps erased words
	// until then: a second for some 400 000 texts.
	mergeWords = add(&statement{name: "merge words", sqlite: `INSERT INTO words_fts (words_fts) VALUES ('optimize')`})
	indexWords = add(&statement{name: "index words", sqlite: `INSERT INTO words_fts (docid, body) SELECT id, body FROM words WHERE id > $1`})
)

// The writer's transaction, prepared like everything else.
var (
	beginWriting    = add(&statement{name: "begin", sqlite: `BEGIN IMMEDIATE`})
	commitWriting   = add(&statement{name: "commit", sqlite: `COMMIT`})
	rollbackWriting = add(&statement{name: "rollback", sqlite: `ROLLBACK`})
)
