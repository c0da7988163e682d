package apig

// kafkaLogContent is KafkaLogContent (APIG V2 §3.27.1).
type kafkaLogContent struct {
	Brokers []string `json:"broker_list" minItems:"1" maxItems:"100" minLength:"1" maxLength:"255" pattern:"^[^\\s:]\\S*:[0-9]{1,5}$"`
	Topic   string   `json:"topic" maxLength:"255" pattern:"^\\S+$"`
	Key     string   `json:"key,omitempty" maxLength:"1024"`
	Retries int      `json:"max_retry_count,omitempty" minimum:"0" maximum:"5"`
	Backoff int      `json:"retry_backoff,omitempty" minimum:"1" maximum:"10"` // seconds

	SASL *kafkaSASL `json:"sasl_config,omitempty"`
	Meta *kafkaMeta `json:"meta_config,omitempty"`
}

// kafkaSASL is how the gateway signs in to Kafka.
type kafkaSASL struct {
	Protocol   string `json:"security_protocol,omitempty" enum:"PLAINTEXT,SASL_PLAINTEXT,SASL_SSL"`
	Mechanisms string `json:"sasl_mechanisms,omitempty" maxLength:"64" pattern:"^[A-Z0-9-]+$"`
	User       string `json:"sasl_username,omitempty" maxLength:"255"`
	Password   string `json:"sasl_password,omitempty"` // secret
	CA         string `json:"ssl_ca_content,omitempty" maxLength:"32768"`
}

// kafkaMeta says what a log entry has.
type kafkaMeta struct {
	System   map[string]bool `json:"system,omitempty"` // start_time, request_id …
	CallData *kafkaCallData  `json:"call_data,omitempty"`
}

type kafkaCallData struct {
	LogRequestHeader      bool             `json:"log_request_header,omitempty"`
	RequestHeaderFilter   string           `json:"request_header_filter,omitempty" maxLength:"4096"`
	LogRequestQuery       bool             `json:"log_request_query_string,omitempty"`
	RequestQueryFilter    string           `json:"request_query_string_filter,omitempty" maxLength:"4096"`
	LogRequestBody        bool             `json:"log_request_body,omitempty"`
	LogResponseHeader     bool             `json:"log_response_header,omitempty"`
	ResponseHeaderFilter  string           `json:"response_header_filter,omitempty" maxLength:"4096"`
	LogResponseBody       bool             `json:"log_response_body,omitempty"`
	CustomAuthorizerNames *kafkaAuthorizer `json:"custom_authorizer,omitempty"`
}

type kafkaAuthorizer struct {
	Frontend []string `json:"frontend,omitempty" maxItems:"100" maxLength:"255"`
	Backend  []string `json:"backend,omitempty" maxItems:"100" maxLength:"255"`
}

const maxSASLPassword = 512

func (c *kafkaLogContent) rules() error {
	if c.SASL == nil || c.SASL.Protocol == "" || c.SASL.Protocol == "PLAINTEXT" {
		return nil
	}
	switch {
	case c.SASL.User == "":
		return ErrMissing(contentPath("sasl_config.sasl_username"))
	case c.SASL.Password == "":
		return ErrMissing(contentPath("sasl_config.sasl_password"))
	case c.SASL.Protocol == "SASL_SSL" && c.SASL.CA == "":
		return ErrMissing(contentPath("sasl_config.ssl_ca_content"))
	}
	return nil
}

// clear implements secretive.
func (c *kafkaLogContent) clear() error {
	if c.SASL != nil && len(c.SASL.Password) > maxSASLPassword {
		return ErrInvalid(contentPath("sasl_config.sasl_password"))
	}
	return nil
}
