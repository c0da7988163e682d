package identityhttp

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// keystoneError is a refusal in both shapes that clients of /v3 look for: Keystone's, and that of APIG V2
// §2.3.
type keystoneError struct {
	Error struct {
		Code    int    `json:"code"` // the status
		Message string `json:"message"`
		Title   string `json:"title"` // the status in words
	} `json:"error"`
	Code    string `json:"error_code"`
	Message string `json:"error_msg"`
}

// keystoneCodes are the public codes of the identity service that fit a status.
var keystoneCodes = map[int]string{
	http.StatusBadRequest:            "IAM.0011", // the request is not valid
	http.StatusRequestEntityTooLarge: "IAM.0011",
	http.StatusUnauthorized:          "IAM.0001", // needs authentication
	http.StatusTooManyRequests:       "IAM.0001",
	http.StatusForbidden:             "IAM.0003", // no policy allows it
	http.StatusNotFound:              "IAM.0004", // not found
}

// keystoneInternal is the code of everything else.
const keystoneInternal = "IAM.0006"

func answerKeystone(c echo.Context, err error) error {
	refusal, status := spelling.Refusal(err)
	e := keystoneError{Code: keystoneCodes[status], Message: refusal.Message}
	if e.Code == "" {
		e.Code = keystoneInternal
	}
	e.Error.Code, e.Error.Message, e.Error.Title = status, refusal.Message, http.StatusText(status)
	return c.JSON(status, e)
}

func (s *surface) refuseKeystone(c echo.Context, err error) error {
	if _, status := spelling.Refusal(err); status >= http.StatusInternalServerError {
		s.Logger.Warn("operation failed", "path", c.Path(), "request_id", requestID(c), "error", err)
	}
	return answerKeystone(c, err)
}
