package store

// postgresText is what PostgreSQL says otherwise. Locks are taken in a fixed
// order: the member whose work is counted, the desk's row when something is
// ranked or numbered, tickets by number, then handed requests.
var postgresText = map[string]string{
	"lock desk": `SELECT tickets, requests FROM desk WHERE id = 1 FOR UPDATE`,
	// Members have no row of their own; 7201 keeps their locks apart from others.
	"lock member": `SELECT pg_advisory_xact_lock(7201, $1::bigint::int)`,
	"lock ticket": `SELECT number FROM tickets WHERE number = $1 FOR UPDATE`,
	"lock pair": `WITH RECURSIVE chain (n, next, depth) AS (` + chainSteps + `), root (n) AS (SELECT n FROM chain ORDER BY depth DESC LIMIT 1)
		SELECT number, state, coalesce((SELECT n FROM root), 0) FROM tickets WHERE number IN ($1, (SELECT n FROM root)) ORDER BY number FOR UPDATE`,
	"lock above":     `SELECT number, state FROM tickets WHERE number IN ($1, (` + above + `)) ORDER BY number FOR UPDATE`,
	"lock below":     `SELECT number, state FROM tickets WHERE number IN ($1, (` + below + `)) ORDER BY number FOR UPDATE`,
	"lock open":      `SELECT number, state, risk, due FROM tickets WHERE ` + allOpen + ` AND number > $1 ORDER BY number LIMIT $2 FOR UPDATE`,
	"lock handed":    `SELECT ` + handedColumns + ` FROM handed WHERE number = $1 FOR UPDATE`,
	"count warnings": `SELECT body::json->>'Rule', count(*) FROM events WHERE fact = 'Warned' AND at >= $1 AND at < $2 GROUP BY 1`,
	"sum logged": `SELECT e.by_member, CASE WHEN t.client = 0 OR e.body::json->>'Internal' = 'true' THEN 1 ELSE 0 END, sum((e.body::json->>'Minutes')::bigint)::bigint FROM events e JOIN tickets t ON t.number = e.ticket
		WHERE e.fact = 'TimeLogged' AND e.at >= $1 AND e.at < $2 GROUP BY 1, 2 ORDER BY 1, 2`,
	"sum breached":     `SELECT body::json->>'Goal', count(*) FROM events WHERE fact = 'GoalBreached' AND at >= $1 AND at < $2 GROUP BY 1`,
	"serialise claims": `SELECT pg_advisory_xact_lock(7202, 0)`,
	// Without SKIP LOCKED most rows were claimed twice (measured).
	"claim notices": `UPDATE notices SET state = 'sending', owner = $1, lease = $2, taken = revision, attempts = attempts + 1
		WHERE id IN (` + claimable + ` LIMIT $4 FOR UPDATE OF n SKIP LOCKED) RETURNING ` + claimed,

	"find page": `SELECT t.number, t.state FROM (` + foundPostgres + `) f JOIN tickets t ON t.number = f.ticket
		ORDER BY (t.number = $2) DESC, t.is_open DESC, t.number DESC LIMIT $3 OFFSET $4`,
	"find count": `SELECT count(*) FROM (` + foundPostgres + `) f JOIN tickets t ON t.number = f.ticket`,
}

const foundPostgres = `SELECT w.ticket AS ticket FROM unnest($1::text[]) WITH ORDINALITY q (term, n) JOIN words w ON w.terms @@ to_tsquery('simple', q.term)
	GROUP BY w.ticket HAVING count(DISTINCT q.n) = cardinality($1::text[]) UNION SELECT $2::bigint`
