package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// journal is the append-only file of records, a JSON line each. A line is
// written in one call and so survives the death of the process; it is not
// synced, since a playground need not survive the machine's.
type journal struct {
	file *os.File
	size int64 // end of the last whole line
}

const journalName = "playground.jsonl"

// openJournal replays the file into apply. What a crash left of a last line is
// cut off; damage anywhere else is an error that names the line.
func openJournal(dir string, apply func(record)) (*journal, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	name := filepath.Join(dir, journalName)
	data, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	j := &journal{}
	for line := 1; ; line++ {
		rest := data[j.size:]
		end := bytes.IndexByte(rest, '\n')
		if end < 0 {
			break
		}
		var r record
		if err := json.Unmarshal(rest[:end], &r); err != nil {
			if len(bytes.TrimSpace(rest[end:])) == 0 {
				break
			}
			return nil, fmt.Errorf("%s: line %d is damaged (%w); move the file away to start with an empty playground", name, line, err)
		}
		apply(r)
		j.size += int64(end) + 1
	}
	if j.file, err = os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600); err != nil {
		return nil, err
	}
	if err := j.file.Truncate(j.size); err != nil {
		return nil, errors.Join(err, j.file.Close())
	}
	return j, nil
}

// append writes r. After an error the file is as it was before.
func (j *journal) append(r record) error {
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	n, err := j.file.Write(append(line, '\n'))
	if err != nil {
		return errors.Join(err, j.file.Truncate(j.size))
	}
	j.size += int64(n)
	return nil
}

func (j *journal) close() error { return j.file.Close() }
