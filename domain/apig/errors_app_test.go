package apig_test

import (
	"testing"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
)

// §5.4 and the examples of §3.10, §3.28 and §3.29.
func TestErrorsOfApps(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		got                  *domain.Error
		code, message, param string
	}{
		{apig.ErrAppUnknown("1"), "APIG.3002", "App 1 does not exist", ""},
		{apig.ErrAppNotFound("1"), "APIG.3004", "App 1 does not exist", ""},
		{apig.ErrAppAuthNotFound("1"), "APIG.3009", "The app authorization record does not exist,id:1", ""},
		{apig.ErrAppCodeNotFound("1"), "APIG.3082", "The AppCode does not exist,id:1", ""},
		{apig.ErrAppQuotaNotFound("1"), "APIG.3093", "App quota 1 does not exist", ""},
		{apig.ErrTooManyApps(1), "APIG.3103", "The number of apps exceeds the maximum allowed limit,limit:1", ""},
		{apig.ErrTooManyAppCodes(1), "APIG.3131", "The number of AppCodes exceeds the maximum allowed limit,limit:1", ""},
		{apig.ErrAppNameTaken("a"), "APIG.3203", "The app name already exists, name:a", "name"},
		{apig.ErrAppKeyTaken("k"), "APIG.3310", "The AppKey already exists, app_key:k", "app_key"},
		{apig.ErrAppQuotaNameTaken(), "APIG.3325", "The API quota name already exists", "name"},
	} {
		t.Run(c.code+" "+c.message, func(t *testing.T) {
			t.Parallel()
			if want := (domain.Error{Code: c.code, Message: c.message, Param: c.param}); *c.got != want {
				t.Errorf("got  %+v\nwant %+v", *c.got, want)
			}
		})
	}
}
