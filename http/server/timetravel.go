package server

import (
	"net/http"
	"net/url"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"
)

// paramAsOf is the query parameter of every GET that asks for an answer of the past.
const paramAsOf = "as_of"

// timeTravel has a GET answered as of the moment that as_of names. The operations do not know of it: it is
// taken out of the query, and their queries find the moment in the context. Who may ask is a matter of the
// present: it comes after authentication.
func (o *Options) timeTravel(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		if r.Method != http.MethodGet || r.URL.RawQuery == "" || o.AsOf == nil {
			return next(c)
		}
		query := r.URL.Query()
		moment, asked := query[paramAsOf]
		if !asked {
			return next(c)
		}
		if len(moment) != 1 {
			return o.deny(c, about(paramAsOf, "name one moment, not %d", len(moment)))
		}
		ctx, err := o.AsOf(r.Context(), moment[0])
		if err != nil {
			return o.deny(c, err)
		}
		query.Del(paramAsOf)
		present := r.WithContext(ctx)
		present.URL = &url.URL{}
		*present.URL = *r.URL
		present.URL.RawQuery = query.Encode()
		c.SetRequest(present)
		return next(c)
	}
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
