package apig

import "encoding/json"

// DebugAnswer is an answer that the gateway gives by itself; its body is JSON.
type DebugAnswer struct {
	Status int
	Body   string
}

// BackendUnavailable is the gateway's answer when the backend cannot be reached or gives no usable
// answer (APIG V2 §3.19.1: BACKEND_UNAVAILABLE, 502).
func BackendUnavailable(requestID string) *DebugAnswer {
	return gatewayAnswer(502, "APIG.0202", "Backend unavailable", requestID)
}

// BackendTimeout is the gateway's answer when the backend takes longer than its timeout (APIG V2
// §3.19.1: BACKEND_TIMEOUT, 504).
func BackendTimeout(requestID string) *DebugAnswer {
	return gatewayAnswer(504, "APIG.0203", "Backend timeout", requestID)
}

// notFound is NOT_FOUND of APIG V2 §3.19.1. The codes below APIG.1000 are those of calls through a
// gateway; the reference, which is about its management, does not list them.
func (g *debugging) notFound() *DebugAnswer {
	return g.answer(404, "APIG.0101", "The API does not exist or has not been published in the environment")
}

// badParams is REQUEST_PARAMETERS_FAILURE of APIG V2 §3.19.1.
func (g *debugging) badParams() *DebugAnswer {
	return g.answer(400, "APIG.0201", "API request error")
}

// badProtocol says that the API is not called with the request's protocol.
func (g *debugging) badProtocol(supported string) *DebugAnswer {
	return g.answer(400, "APIG.0607", "The following protocol is supported: "+supported)
}

// noBackend says that the definition lacks the backend that it names.
func (g *debugging) noBackend() *DebugAnswer {
	return g.answer(500, "APIG.0103", "The backend does not exist")
}

// notCallable is BACKEND_UNAVAILABLE for kinds of backends that only a gateway inside its own network
// reaches; what says which, in the plural.
func (g *debugging) notCallable(what string) *DebugAnswer {
	return g.answer(502, "APIG.0202", "Backend unavailable: "+what+" cannot be called from this control plane")
}

func (g *debugging) answer(status int, code, message string) *DebugAnswer {
	return gatewayAnswer(status, code, message, g.context.RequestID)
}

// gatewayAnswer has the default body of all error types (APIG V2 §3.19.1). A struct of texts always has
// a JSON form, so there is no error to hand on.
func gatewayAnswer(status int, code, message, requestID string) *DebugAnswer {
	body, _ := json.Marshal(struct {
		Message   string `json:"error_msg"`
		Code      string `json:"error_code"`
		RequestID string `json:"request_id"`
	}{message, code, requestID})
	return &DebugAnswer{Status: status, Body: string(body)}
}
