package contract

// The definitions below are one for each type of backend, each with all that such a backend can have.

// mockAPI answers by itself, with a policy for one source address.
func mockAPI(group string) doc {
	name := unique("mock")
	return doc{
		"group_id": group, "name": name, "type": 1, "req_protocol": "HTTPS", "req_method": "GET",
		"req_uri": "/" + name, "match_mode": "SWA", "auth_type": "IAM", "backend_type": "MOCK",
		"remark": "answers by itself", "tags": []string{"mockTag"},
		"result_normal_sample": "good", "result_failure_sample": "bad",
		"mock_info": doc{"result_content": "mock success", "remark": "the mock"},
		"policy_mocks": []doc{{
			"name": "mock_policy", "effect_mode": "ANY", "result_content": "policy success",
			"conditions": []doc{{"condition_origin": "source", "condition_value": "1.0.1.0"}},
		}},
	}
}

// httpAPI has parameters of every origin and location, and a policy with a condition of every origin.
func httpAPI(group string) doc {
	name := unique("http")
	return doc{
		"group_id": group, "name": name, "type": 1, "req_protocol": "HTTPS", "req_method": "GET",
		"req_uri": "/" + name + "/{id}", "auth_type": "NONE", "backend_type": "HTTP", "remark": "web backend",
		"tags":        []string{"webTag", "second"},
		"backend_api": backend("GET", "/people/{person}"),
		"req_params": []doc{
			{"name": "id", "location": "PATH", "type": "NUMBER", "min_num": 1, "max_num": 99, "valid_enable": 1},
			{"name": "query_demo", "location": "QUERY", "type": "STRING", "required": 1, "default_value": "x", "remark": "a query"},
			{"name": "header-demo", "location": "HEADER", "type": "STRING", "min_size": 1, "max_size": 9, "enumerations": "a,b"},
		},
		"backend_params": []doc{
			{"name": "person", "location": "PATH", "origin": "REQUEST", "value": "id"},
			{"name": "backQuery", "location": "QUERY", "origin": "REQUEST", "value": "query_demo"},
			{"name": "X-Constant", "location": "HEADER", "origin": "CONSTANT", "value": "demo", "remark": "always"},
			{"name": "app-id", "location": "HEADER", "origin": "SYSTEM", "value": "$context.appId"},
		},
		"policy_https": []doc{httpPolicy("http_policy")},
	}
}

func backend(method, path string) doc {
	return doc{
		"url_domain": "backend.example.com:8443", "req_protocol": "HTTPS", "req_method": method, "req_uri": path,
		"timeout": 5000, "retry_count": "3", "enable_client_ssl": true, "remark": "the backend",
	}
}

func httpPolicy(name string) doc {
	return doc{
		"name": name, "effect_mode": "ALL", "url_domain": "other.example.com", "req_protocol": "HTTP",
		"req_method": "POST", "req_uri": "/policy", "timeout": 700, "retry_count": "0",
		"conditions": []doc{
			{"condition_origin": "param", "req_param_name": "query_demo", "condition_type": "exact", "condition_value": "v"},
			{"condition_origin": "system", "sys_param_name": "req_path", "condition_type": "enum", "condition_value": "/a,/b"},
			{"condition_origin": "cookie", "cookie_param_name": "session", "condition_type": "pattern", "condition_value": "^s.*"},
			{"condition_origin": "source", "condition_value": "10.0.0.0/8"},
		},
		"backend_params": []doc{{"name": "X-Policy", "location": "HEADER", "origin": "CONSTANT", "value": "yes"}},
	}
}

// grpcAPI follows the rules that gRPC has: always POST, and the backend's path is /.
func grpcAPI(group string) doc {
	name := unique("grpc")
	return doc{
		"group_id": group, "name": name, "type": 2, "req_protocol": "GRPCS", "req_method": "POST",
		"req_uri": "/" + name, "auth_type": "APP", "auth_opt": doc{"app_code_auth_type": "HEADER"},
		"backend_type": "GRPC", "cors": false,
		"backend_api": doc{
			"url_domain": "grpc.example.com:443", "req_protocol": "GRPCS", "req_method": "POST", "req_uri": "/",
			"timeout": 5000, "retry_count": "-1",
		},
	}
}

// functionAPI calls a function, and another one under a condition.
func functionAPI(group string) doc {
	name := unique("function")
	return doc{
		"group_id": group, "name": name, "type": 1, "req_protocol": "BOTH", "req_method": "POST",
		"req_uri": "/" + name, "auth_type": "APP", "backend_type": "FUNCTION", "version": "V7", "cors": true,
		"body_remark": "a JSON document",
		"func_info": doc{
			"function_urn": "urn:fss:region-1:project:function:default:first", "invocation_type": "sync",
			"network_type": "V1", "timeout": 5000, "version": "latest", "remark": "the function",
		},
		"policy_functions": []doc{{
			"name": "function_policy", "effect_mode": "ANY", "invocation_type": "async", "network_type": "V2",
			"function_urn": "urn:fss:region-1:project:function:default:second", "timeout": 900, "version": "v1",
			"conditions": []doc{{
				"condition_origin": "system", "sys_param_name": "req_method", "condition_type": "exact", "condition_value": "POST",
			}},
		}},
	}
}
