package server

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"

	"github.com/gatelog/gatelog/domain"
)

// paramAsOf is the query parameter of every GET that asks for an answer of the past.
const paramAsOf = "as_of"

// timeTravel has a GET answered as of the moment that as_of names. The operations do not know of it: it is
// taken out of the query, and their queries find the moment in the context. Who may ask is a matter of the
// present: it comes after authentication.
func (o *Options) timeTravel(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		if !o.needed(r) || o.AsOf == nil {
			return next(c)
		}
		moment, asked, err := momentIn(r)
		switch {
		case err != nil:
			return o.deny(c, err)
		case r.Method != http.MethodGet && o.ReadOnly:
			return o.deny(c, domain.Errorf(domain.CodeForbidden, "this server shows the past and changes nothing: it answers GET only"))
		case r.Method != http.MethodGet && asked:
			return o.deny(c, about(paramAsOf, "the past can be asked about and not changed: only GET takes it"))
		case !asked && !o.ReadOnly:
			return next(c)
		}
		ctx, err := o.AsOf(r.Context(), moment)
		if err != nil {
			return o.deny(c, err)
		}
		c.SetRequest(without(r.WithContext(ctx), paramAsOf))
		return next(c)
	}
}

func momentIn(r *http.Request) (moment string, asked bool, err error) {
	if r.URL.RawQuery == "" {
		return "", false, nil
	}
	named, asked := r.URL.Query()[paramAsOf]
	switch {
	case !asked:
		return "", false, nil
	case len(named) != 1 || named[0] == "":
		return "", true, about(paramAsOf, "name one moment")
	}
	return named[0], true, nil
}

// without returns the request with a parameter less.
func without(r *http.Request, param string) *http.Request {
	query := r.URL.Query()
	if !query.Has(param) {
		return r
	}
	query.Del(param)
	u := *r.URL
	u.RawQuery = query.Encode()
	r.URL = &u // r is the copy that WithContext made
	return r
}

// offerAsOf describes as_of on every GET that needs authentication.
func offerAsOf(o *huma.OpenAPI) {
	for _, item := range o.Paths {
		if get := item.Get; get != nil && (get.Security == nil || len(get.Security) > 0) {
			get.Parameters = append(get.Parameters, &huma.Param{
				Name: paramAsOf, In: "query", Schema: &huma.Schema{Type: huma.TypeString},
				Description: "Answer as the world was at this position of the log (1742) or time (2026-01-02T15:04:05Z).",
			})
		}
	}
}
