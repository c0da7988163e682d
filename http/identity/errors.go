package identityhttp

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/identity"
	"github.com/gatelog/gatelog/http/access"
	"github.com/gatelog/gatelog/http/web"
)

// statuses of the codes. What is not here is a failure of ours.
var statuses = map[string]int{
	domain.CodeInvalid:             http.StatusBadRequest,
	domain.CodeUnauthenticated:     http.StatusUnauthorized,
	domain.CodeForbidden:           http.StatusForbidden,
	domain.CodeNotFound:            http.StatusNotFound,
	domain.CodeKeyReused:           http.StatusConflict,
	identity.CodeNameTaken:         http.StatusConflict,
	identity.CodeLimitReached:      http.StatusConflict,
	identity.CodeLastAdministrator: http.StatusConflict,
	identity.CodeBootstrapped:      http.StatusConflict,
	domain.CodeTooLarge:            http.StatusRequestEntityTooLarge,
	access.CodeTooManyAttempts:     http.StatusTooManyRequests,
	domain.CodeConflict:            http.StatusServiceUnavailable,
	domain.CodeUnavailable:         http.StatusServiceUnavailable,
}

// spelling is how this surface tells its errors.
var spelling = web.StatusOf(func(code string) int { return statuses[code] })

func requestID(c echo.Context) string { return web.RequestID(c.Request().Context()) }
