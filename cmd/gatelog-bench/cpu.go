package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"time"
)

// usage is processor time by who used it.
type usage struct{ server, postgres, generator time.Duration }

func (u usage) plus(v usage) usage {
	return usage{u.server + v.server, u.postgres + v.postgres, u.generator + v.generator}
}

func (u usage) minus(v usage) usage {
	return usage{u.server - v.server, u.postgres - v.postgres, u.generator - v.generator}
}

func (u usage) per(count int) usage {
	if count == 0 {
		return usage{}
	}
	n := time.Duration(count)
	return usage{u.server / n, u.postgres / n, u.generator / n}
}

func (u usage) total() time.Duration { return u.server + u.postgres + u.generator }

// against is the ratio of two sides by processor time, which depends less than the ratio of rates on
// what else the machine does.
func (u usage) against(bare usage) string {
	if u.total() == 0 || bare.total() == 0 {
		return "the system does not tell processor times"
	}
	return fmt.Sprintf("by processor time the ratio is %.2f", float64(bare.total())/float64(u.total()))
}

// text is a line for 'where the time goes'.
func (u usage) text() string {
	if u == (usage{}) {
		return "the system does not tell processor times"
	}
	us := func(d time.Duration) int64 { return d.Microseconds() }
	return fmt.Sprintf("processor time an operation: server %d us, Postgres %d us, generator %d us",
		us(u.server), us(u.postgres), us(u.generator))
}

// tick is the unit of the times in /proc: USER_HZ, 100 a second on every Linux that Go runs on.
const tick = 10 * time.Millisecond

// process is what /proc says of one.
type process struct {
	pid, parent int
	used        time.Duration
	reaped      time.Duration // used by children that have ended
}

// cpuOf returns what a server (0: none), its Postgres and this process have used so far. It knows
// Linux only and returns nothing elsewhere.
func cpuOf(server, database int) usage {
	all := processes()
	u := usage{generator: all[os.Getpid()].used, server: all[server].used}
	for _, p := range all {
		if p.pid != database && under(all, p, database) {
			u.postgres += p.used
		}
	}
	return u
}

// under tells whether p descends from ancestor.
func under(all map[int]process, p process, ancestor int) bool {
	for range len(all) {
		if p.parent == ancestor {
			return true
		}
		parent, ok := all[p.parent]
		if !ok {
			return false
		}
		p = parent
	}
	return false
}

func processes() map[int]process {
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil
	}
	all := make(map[int]process, len(files))
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		if p, ok := parseStat(text); ok {
			all[p.pid] = p
		}
	}
	return all
}

// parseStat reads /proc/<pid>/stat: 'pid (name) state parent …', user and system time being the 12th
// and 13th field behind the name, those of ended children the next two. The name may hold anything, even brackets.
func parseStat(text []byte) (process, bool) {
	open, end := bytes.IndexByte(text, '('), bytes.LastIndexByte(text, ')')
	if open < 1 || end < open {
		return process{}, false
	}
	fields := bytes.Fields(text[end+1:])
	if len(fields) < 15 {
		return process{}, false
	}
	numbers := make([]int, 6)
	for i, field := range [][]byte{bytes.TrimSpace(text[:open]), fields[1], fields[11], fields[12], fields[13], fields[14]} {
		n, err := strconv.Atoi(string(field))
		if err != nil {
			return process{}, false
		}
		numbers[i] = n
	}
	return process{
		pid: numbers[0], parent: numbers[1], used: time.Duration(numbers[2]+numbers[3]) * tick,
		reaped: time.Duration(numbers[4]+numbers[5]) * tick,
	}, true
}

// load is how busy the machine has been until a moment.
type load struct {
	at        time.Time
	busy, own time.Duration // processor time of all processes, and of this one with its children
}

func loadNow() load {
	l := load{at: time.Now()}
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return l
	}
	l.busy = parseBusy(text)
	all := processes()
	for _, p := range all {
		if p.pid == os.Getpid() || under(all, p, os.Getpid()) {
			l.own += p.used + p.reaped
		}
	}
	return l
}

// parseBusy reads 'cpu user nice system idle iowait irq softirq steal …' of /proc/stat. Time that the
// host took away counts: it was not ours.
func parseBusy(text []byte) time.Duration {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	fields := bytes.Fields(line)
	if len(fields) < 9 {
		return 0
	}
	var busy time.Duration
	for _, i := range []int{1, 2, 3, 6, 7, 8} {
		n, err := strconv.Atoi(string(fields[i]))
		if err != nil {
			return 0
		}
		busy += time.Duration(n) * tick
	}
	return busy
}

// others is the share of all processors that other programs had between two moments, 0 to 1.
func (l load) others(before load) float64 {
	whole := l.at.Sub(before.at) * time.Duration(runtime.NumCPU())
	if whole <= 0 {
		return 0
	}
	return min(max(float64(l.busy-before.busy-(l.own-before.own))/float64(whole), 0), 1)
}
