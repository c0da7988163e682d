package engine

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
)

const (
	logName = "postgres.log"
	// logKeep is the size in bytes from which a start begins a new log file, keeping one old one.
	logKeep = 16 << 20
	logTail = 4 << 10
)

// pgLog is the file that the server writes its messages to.
type pgLog struct {
	file  *os.File
	start int64 // where this start's messages begin
}

func openLog(dataDir string) (*pgLog, error) {
	path := filepath.Join(dataDir, logName)
	if info, err := os.Stat(path); err == nil && info.Size() >= logKeep {
		if err := os.Rename(path, path+".1"); err != nil {
			return nil, fmt.Errorf("begin a new PostgreSQL log: %w", err)
		}
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open PostgreSQL log: %w", err)
	}
	start, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, fmt.Errorf("open PostgreSQL log: %w", err)
	}
	return &pgLog{file: file, start: start}, nil
}

// tail returns the last messages since the log was opened, at most 4 KB.
func (l *pgLog) tail() string {
	info, err := l.file.Stat()
	if err != nil {
		return ""
	}
	from := max(l.start, info.Size()-logTail)
	out, err := io.ReadAll(io.NewSectionReader(l.file, from, info.Size()-from))
	if err != nil {
		return ""
	}
	return lastLines(out)
}
