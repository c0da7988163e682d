package gatelog

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/http/web"
	projectionsaudit "github.com/gatelog/gatelog/projections/audit"
)

const exportDoc = " As a stream: jsonl has a record with all its changes on each line, csv a line for each record. " +
	"An export that cannot be completed breaks off without its end; go on from the last record that came."

// Bounds of an export: in all, and for a client that takes nothing.
const (
	exportTime    = time.Hour
	exportStalled = 30 * time.Second
)

// AuditExport is what an export is asked for with.
type AuditExport struct {
	AuditFilter
	AuditOrder
	Format string `query:"format" default:"jsonl" enum:"jsonl,csv" doc:"jsonl: JSON Lines, with before, after and JSON Patch. csv: RFC 4180 with a header."`
}

func (e AuditExport) form() string { return e.Format }

type exported interface {
	asked
	form() string
}

type projectExportIn struct {
	InProject
	AuditExport
}

func (in projectExportIn) filtered() (projectionsaudit.Filter, error) { return in.filter(in.ProjectID) }
func (in projectExportIn) paged() projectionsaudit.Page               { return in.page(1) }

type accountExportIn struct {
	AnyProject
	AuditExport
}

func (in accountExportIn) filtered() (projectionsaudit.Filter, error) { return in.filter(in.ProjectID) }
func (in accountExportIn) paged() projectionsaudit.Page               { return in.page(1) }

// headerComplete tells what 'complete' does in a list.
const headerComplete = "Gatelog-Audit-Complete"

// exportAudit refuses what can be refused before the first byte; then the records stream.
func exportAudit[I exported](s *surface) func(context.Context, commands.Call, *I) (*huma.StreamResponse, error) {
	return func(ctx context.Context, _ commands.Call, in *I) (*huma.StreamResponse, error) {
		if err := present(ctx); err != nil {
			return nil, err
		}
		f, err := (*in).filtered()
		if err != nil {
			return nil, err
		}
		complete := s.Audit.Complete(ctx)
		if _, _, err := s.Audit.List(ctx, f, (*in).paged()); err != nil {
			return nil, err
		}
		return &huma.StreamResponse{Body: func(out huma.Context) {
			out.SetHeader(headerComplete, strconv.FormatBool(complete))
			s.streamExport(ctx, out, f, (*in).paged(), (*in).form())
		}}, nil
	}
}

// streamExport writes the records. A stream that fails ends the connection, so that a part does not look like the whole.
func (s *surface) streamExport(ctx context.Context, out huma.Context, f projectionsaudit.Filter, page projectionsaudit.Page, format string) {
	// The time for a request is not for one that answers all along.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), exportTime)
	defer cancel()
	w := newExport(out, format)
	err := s.Audit.Export(ctx, f, page, format == "jsonl", w.write)
	if err == nil {
		err = w.end()
	}
	if err != nil {
		s.Logger.Warn("an export of the audit trail broke off", "request_id", web.RequestID(ctx), "error", err)
		panic(http.ErrAbortHandler)
	}
}

// export writes records in one of the formats.
type export struct {
	lines    *json.Encoder
	table    *csv.Writer
	patience *http.ResponseController
	extended time.Time
}

func newExport(out huma.Context, format string) *export {
	body := out.BodyWriter()
	e := &export{}
	if w, ok := body.(http.ResponseWriter); ok {
		e.patience = http.NewResponseController(w)
	}
	out.SetHeader("Content-Type", "application/jsonl")
	if format == "csv" {
		out.SetHeader("Content-Type", "text/csv; charset=utf-8; header=present")
	}
	out.SetHeader("Content-Disposition", `attachment; filename="audit.`+format+`"`)
	out.SetStatus(http.StatusOK)
	e.extend()
	if format == "csv" {
		e.table = csv.NewWriter(body)
		_ = e.table.Write(csvColumns) // kept by the writer, and told by end
		return e
	}
	e.lines = newLines(body)
	return e
}

func newLines(out io.Writer) *json.Encoder {
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	return lines
}

// extend gives the client more time to read, since it does.
func (e *export) extend() {
	if e.patience == nil || time.Since(e.extended) < exportStalled/3 {
		return
	}
	e.extended = time.Now()
	_ = e.patience.SetWriteDeadline(e.extended.Add(exportStalled)) // a recorder of tests has none
}

func (e *export) write(d projectionsaudit.Detail) error {
	e.extend()
	if e.lines != nil {
		return e.lines.Encode(d)
	}
	return e.table.Write(csvRow(d.Record))
}

func (e *export) end() error {
	if e.table == nil {
		return nil
	}
	e.table.Flush()
	return e.table.Error()
}

var csvColumns = []string{
	"id", "time", "outcome", "project_id", "user_id", "user_name", "access_key", "address", "client", "surface", "operation", "command",
	"request_id", "reason", "position", "changed", "resources", "method", "path", "status", "error_code", "error_msg", "cursor",
}

func csvRow(r projectionsaudit.Record) []string {
	var resources []string
	for _, one := range r.Resources {
		resources = append(resources, one.Kind+"/"+one.ID)
	}
	if r.Changed > len(r.Resources) {
		resources = append(resources, "…")
	}
	row := []string{
		r.ID, r.Time.Format(time.RFC3339Nano), string(r.Outcome), r.ProjectID, r.UserID, r.UserName, r.AccessKey, r.Address, r.Client, r.Surface,
		r.Operation, r.Command, r.RequestID, r.Reason, number(uint64(r.Position)), number(uint64(r.Changed)), strings.Join(resources, " "),
		r.Method, r.Path, number(uint64(r.Status)), r.Code, r.Message, r.Cursor,
	}
	for i, cell := range row {
		row[i] = inert(cell)
	}
	return row
}

func number(n uint64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatUint(n, 10)
}

// inert keeps spreadsheets from taking what a client wrote for a formula.
func inert(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
