package apig

import "github.com/gatelog/gatelog/domain"

// ErrImportFormat is APIG.3600: the file is neither JSON nor YAML; detail says where.
func ErrImportFormat(detail string) *domain.Error {
	return imported("APIG.3600", "JSON or YAML format error", detail)
}

// ErrImportVersion is APIG.3601: the document's version is not one that can be imported.
func ErrImportVersion(version string) *domain.Error {
	return imported("APIG.3601", "The Swagger file version must be 2.0", "got "+shown(version))
}

// ErrImportSyntax is APIG.3602: the document breaks a rule of its format; detail says which.
func ErrImportSyntax(detail string) *domain.Error {
	return imported("APIG.3602", "Syntax error in the Swagger file", detail)
}

// ErrImportTooLong is APIG.3603.
func ErrImportTooLong() *domain.Error {
	return about("file_name", domain.Errorf("APIG.3603", "The input data is too long"))
}

// ErrImportEmpty is APIG.3609.
func ErrImportEmpty() *domain.Error {
	return about("file_name", domain.Errorf("APIG.3609", "The input file is empty"))
}

// ErrImportTitle is APIG.2044: info.title of the document cannot be a group's name.
func ErrImportTitle() *domain.Error {
	return about("file_name", domain.Errorf("APIG.2044", "Invalid title of info"))
}

// ErrImportServers is APIG.2045: the servers of the document cannot be used.
func ErrImportServers() *domain.Error {
	return about("file_name", domain.Errorf("APIG.2045", "Parse Servers error. The Servers must meet the documents"))
}

func imported(code, text, detail string) *domain.Error {
	return about("file_name", domain.Errorf(code, "%s: %s", text, shown(detail)))
}
