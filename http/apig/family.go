package apig

import (
	"net/http"
	"strings"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
)

// family is a set of general codes: the operations on instances themselves answer with APIC codes,
// those beneath an instance with APIG codes (APIG V2 §5.4).
type family struct {
	unauthenticated, forbidden, internal Error
	// parameter is the refusal of a parameter of path or query, member that of one of a form, and body
	// that of a body that can't be read at all.
	parameter, member func(name string) *domain.Error
	body              func(detail string) *domain.Error
}

var below = family{
	unauthenticated: Error{"APIG.1002", "Incorrect token or token resolution failed", http.StatusUnauthorized},
	forbidden:       Error{"APIG.1005", "No permissions to request this method", http.StatusForbidden},
	internal:        Error{"APIG.9999", "System error", http.StatusInternalServerError},
	parameter:       apig.ErrInvalidID,
	member:          apig.ErrInvalid,
	body:            func(detail string) *domain.Error { return apig.ErrParameter("Serialization error: " + detail) },
}

var instance = family{
	unauthenticated: Error{"APIC.7102", "Incorrect token or token resolution failed", http.StatusUnauthorized},
	forbidden:       Error{"APIC.7106", "No permissions to request for the method", http.StatusForbidden},
	internal:        Error{"APIC.9000", "Failed to request internal service", http.StatusInternalServerError},
	parameter:       apig.ErrInstanceParam,
	member:          apig.ErrInstanceParam,
	body:            func(detail string) *domain.Error { return because(apig.ErrInstanceParam("body"), detail) },
}

// tenantQuotas has the codes of both, as the examples of APIG V2 §3.22.2 do.
var tenantQuotas = func() family {
	f := instance
	f.parameter = below.parameter
	return f
}()

// endpoints has an internal error of its own (APIG V2 §3.24).
var endpoints = func() family {
	f := instance
	f.internal = Error{"APIC.9007", "Failed to execute VCPEP request", http.StatusInternalServerError}
	return f
}()

// because adds a reason to a refusal that has none of its own.
func because(refusal *domain.Error, reason string) *domain.Error {
	refusal.Message += ": " + reason
	return refusal
}

// onInstances are the operations on instances themselves, by their path behind rootPath: APIG V2
// §3.21.3, §3.23, §3.24, §3.25.1 and §3.25.3. One that ends in a slash stands for all paths behind it.
var onInstances = []string{
	"/instances", "/instances/{instance_id}", "/available-zones", "/instance-tags", "/instances/{instance_id}/instance-tags/action",
	"/instances/{instance_id}/progress", "/instances/{instance_id}/restriction", "/instances/{instance_id}/instance-features",
	"/instances/{instance_id}/eip", "/instances/{instance_id}/nat-eip", "/instances/{instance_id}/ingress-eip",
	"/instances/{instance_id}/custom-ingress-ports", "/instances/{instance_id}/custom-ingress-ports/",
	"/instances/{instance_id}/postpaid-resize", "/instances/{instance_id}/prepay-resize", "/prepay-instances", "/resource-instances/",
}

// familyOf returns the family of the operation at a path, with its parameters in braces.
func familyOf(path string) family {
	path = strings.TrimPrefix(path, rootPath)
	if path == "/instance/configs" {
		return tenantQuotas
	}
	if strings.HasPrefix(path, "/instances/{instance_id}/vpc-endpoint/") {
		return endpoints
	}
	for _, p := range onInstances {
		if path == p || strings.HasSuffix(p, "/") && strings.HasPrefix(path, p) {
			return instance
		}
	}
	return below
}

// asWritten turns a route of Echo back into the path that familyOf knows.
var asWritten = strings.NewReplacer(":project_id", "{project_id}", ":instance_id", "{instance_id}")
