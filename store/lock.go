package store

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
)

// lockFile makes this process the only one that writes to the SQLite file: the
// group commit and the notices' leases count on it. The lock is the kernel's, so
// it ends with the process, however that ends.
func lockFile(path string) (io.Closer, error) {
	f, err := os.OpenFile(path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("store: lock %s: %w", path, err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		if errors.Is(err, syscall.EWOULDBLOCK) {
			err = fmt.Errorf("%w: %s is open in another Deskbell. Stop that one first; for several processes use PostgreSQL", ErrLocked, path)
		}
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}
