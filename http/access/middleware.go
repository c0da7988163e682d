package access

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/http/signature"
	"github.com/gatelog/gatelog/http/web"
)

// Middleware authenticates the requests that need it: it reads their bodies, at most signature.MaxBody
// bytes, and puts them back; it puts the caller in the context (CallerFrom), and the caller's actor in
// what the request says about itself (web.MetaFrom). What is refused, deny answers, with a status of its
// own surface.
func Middleware(a *Access, needed func(r *http.Request) bool, deny func(c echo.Context, err error) error) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			r := c.Request()
			if !needed(r) {
				return next(c)
			}
			caller, err := a.admit(r)
			if caller != nil {
				ctx := WithCaller(r.Context(), caller)
				meta := web.MetaFrom(ctx)
				meta.Actor = caller.Actor()
				c.SetRequest(r.WithContext(web.WithMeta(ctx, meta)))
			}
			if err != nil {
				return deny(c, err)
			}
			return next(c)
		}
	}
}

// admit reads the body of r, puts it back, and authenticates. What needs no body to be refused is refused
// before, so that it costs a stranger more than us. A caller that is known is returned with the error too.
func (a *Access) admit(r *http.Request) (*Caller, error) {
	var caller *Caller
	h, err := signature.Parse(r.Header.Get("Authorization"))
	if err == nil {
		err = spell(h.CheckTime(r, a.Now()))
	} else {
		caller, err = a.Authenticate(r, nil)
	}
	if err != nil {
		return nil, err
	}
	body, err := signature.ReadBody(r)
	switch {
	case errors.Is(err, signature.ErrBodyTooLarge):
		return caller, spell(err)
	case err != nil:
		return caller, domain.Errorf(domain.CodeInvalid, "the request body could not be read to its end")
	case caller != nil:
		return caller, nil
	}
	return a.Authenticate(r, body)
}
