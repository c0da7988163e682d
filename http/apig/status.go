package apig

import (
	"net/http"
	"strings"
)

// statuses gives each code its status by the beginning of the code: the longest that fits counts (APIG
// V2 §5.4). Where that table and an operation's example disagree, the example counts: it is what
// clients have seen.
var statuses = map[string]int{
	"APIG.10": http.StatusUnauthorized, "APIG.1005": http.StatusForbidden, "APIG.1020": http.StatusForbidden,
	"APIG.1029": http.StatusInternalServerError,
	"APIG.11":   http.StatusForbidden, "APIG.1119": http.StatusBadRequest, "APIG.1120": http.StatusBadRequest,
	"APIG.1149": http.StatusConflict,
	"APIG.12":   http.StatusForbidden, "APIG.1201": http.StatusBadRequest, "APIG.13": http.StatusForbidden,
	"APIG.2":  http.StatusBadRequest,
	"APIG.30": http.StatusNotFound, "APIG.3073": http.StatusBadRequest,
	"APIG.31": http.StatusForbidden, "APIG.3148": http.StatusBadRequest, "APIG.3153": http.StatusBadRequest,
	"APIG.32": http.StatusBadRequest, "APIG.33": http.StatusBadRequest,
	"APIG.34":   http.StatusForbidden,
	"APIG.3415": http.StatusPreconditionFailed, // §3.1.3
	"APIG.3416": http.StatusConflict,           // §3.5.3
	"APIG.3458": http.StatusPreconditionFailed,
	"APIG.3462": http.StatusConflict,   // §3.27.3
	"APIG.3474": http.StatusBadRequest, // §3.12.3
	"APIG.3491": http.StatusConflict, "APIG.3492": http.StatusConflict,
	"APIG.3548": http.StatusPreconditionFailed, // §3.6.1
	"APIG.36":   http.StatusBadRequest,
	"APIG.37":   http.StatusConflict, "APIG.3710": http.StatusBadRequest, "APIG.3713": http.StatusPreconditionFailed,
	"APIG.3715": http.StatusBadRequest, "APIG.3717": http.StatusBadRequest,

	"APIC.710": http.StatusUnauthorized, "APIC.7106": http.StatusForbidden, "APIC.7109": http.StatusForbidden,
	"APIC.71": http.StatusForbidden,
	"APIC.72": http.StatusBadRequest, "APIC.7253": http.StatusInternalServerError,
	"APIC.73": http.StatusNotFound, "APIC.7300": http.StatusForbidden, "APIC.7312": http.StatusBadRequest,
	"APIC.7313": http.StatusBadRequest,
	"APIC.74":   http.StatusForbidden, "APIC.75": http.StatusBadRequest, "APIC.77": http.StatusConflict,
	"APIC.92": http.StatusBadRequest, "APIC.9200": http.StatusInternalServerError,
	"APIC.9204": http.StatusInternalServerError, "APIC.9209": http.StatusInternalServerError,
}

// statusOf returns the status of a documented code; 500 for one that the reference does not have.
func statusOf(code string) int {
	for n := len(code); n > len("APIG.") && strings.HasPrefix(code, "API"); n-- {
		if status, ok := statuses[code[:n]]; ok {
			return status
		}
	}
	return http.StatusInternalServerError
}
