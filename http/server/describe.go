package server

import (
	"encoding/json"
	"net/http"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/labstack/echo/v4"
)

// describe serves the description of the API, in the current version of OpenAPI and in 3.0. huma would do
// it too, but makes the text at the first request without guarding it against a second one.
func describe(e *echo.Echo, o *huma.OpenAPI) {
	for _, form := range []struct {
		path, media string
		text        func() ([]byte, error)
	}{
		{"/openapi.json", "application/openapi+json", func() ([]byte, error) { return json.Marshal(o) }},
		{"/openapi.yaml", "application/openapi+yaml", o.YAML},
		{"/openapi-3.0.json", "application/openapi+json", func() ([]byte, error) { return o.Downgrade() }},
		{"/openapi-3.0.yaml", "application/openapi+yaml", o.DowngradeYAML},
	} {
		text := sync.OnceValues(form.text)
		e.GET(form.path, func(c echo.Context) error {
			document, err := text()
			if err != nil {
				return err
			}
			return c.Blob(http.StatusOK, form.media, document)
		})
	}
}
