package apig

import "github.com/gatelog/gatelog/domain"

// ErrAppUnknown is the refusal of an unknown app in §3.28.2 to §3.28.7 and §3.28.13, whose examples have
// the code APIG.3002.
func ErrAppUnknown(id string) *domain.Error { return missing("APIG.3002", "App", id) }

// ErrAppNotFound is APIG.3004: no such app, in all other operations.
func ErrAppNotFound(id string) *domain.Error { return missing("APIG.3004", "App", id) }

// ErrAppCodeNotFound is APIG.3082.
func ErrAppCodeNotFound(id string) *domain.Error {
	return missingID("APIG.3082", "The AppCode does not exist", id)
}

// ErrTooManyApps is APIG.3103, quota APP_NUM_LIMIT.
func ErrTooManyApps(limit int) *domain.Error { return tooMany("APIG.3103", "apps", limit) }

// ErrTooManyAppCodes is APIG.3131, quota APP_CODE_NUM_LIMIT.
func ErrTooManyAppCodes(limit int) *domain.Error { return tooMany("APIG.3131", "AppCodes", limit) }

// ErrAppNameTaken is APIG.3203.
func ErrAppNameTaken(name string) *domain.Error {
	return taken("APIG.3203", "The app name already exists", "name", name)
}

// ErrAppKeyTaken is APIG.3310.
func ErrAppKeyTaken(key string) *domain.Error {
	return taken("APIG.3310", "The AppKey already exists", "app_key", key)
}

// ErrAppAuthNotFound is APIG.3009.
func ErrAppAuthNotFound(id string) *domain.Error {
	return missingID("APIG.3009", "The app authorization record does not exist", id)
}

// ErrAppQuotaNotFound is APIG.3093.
func ErrAppQuotaNotFound(id string) *domain.Error { return missing("APIG.3093", "App quota", id) }

// ErrAppQuotaNameTaken is APIG.3325.
func ErrAppQuotaNameTaken() *domain.Error {
	return about("name", domain.Errorf("APIG.3325", "The API quota name already exists"))
}
