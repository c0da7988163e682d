package apig

// ChannelBody is the body of APIG V2 §3.17.1 and §3.17.2.
type ChannelBody struct {
	Name            string            `json:"name" minLength:"3" maxLength:"64" pattern:"^[\\p{Han}A-Za-z][\\p{Han}A-Za-z0-9\\-_.]{2,63}$" doc:"Channel name, unique in the instance."`
	Port            int               `json:"port" minimum:"1" maximum:"65535" doc:"Port of the members that have none of their own."`
	BalanceStrategy int               `json:"balance_strategy" enum:"1,2,3,4" doc:"1 weighted round robin, 2 weighted least connections, 3 source hash, 4 URI hash."`
	MemberType      string            `json:"member_type" enum:"ip,ecs" doc:"What members are named by."`
	Type            int               `json:"type,omitempty" enum:"2,3" doc:"2 server, 3 microservice; kept by a change."`
	ChannelType     string            `json:"vpc_channel_type,omitempty" enum:"builtin,microservice,reference" doc:"The same in words, and reference: the members are those of other channels; kept by a change."`
	DictCode        string            `json:"dict_code,omitempty" minLength:"3" maxLength:"64" pattern:"^[A-Za-z0-9\\-_.]*$" doc:"Kept for clients; not supported."`
	MemberGroups    []MemberGroupBody `json:"member_groups,omitempty" maxItems:"500" doc:"Server groups; they replace those that are there."`
	Members         []MemberBody      `json:"members,omitempty" maxItems:"20000" doc:"Members; they replace those that are there."`
	Health          *HealthCheckBody  `json:"vpc_health_config,omitempty" doc:"Health check; left out, it stays as it is."`
	Microservice    *MicroserviceBody `json:"microservice_info,omitempty" doc:"Where the members of a microservice channel come from."`
}

// MemberGroupBody is a server group as a client describes it (APIG V2 §3.17.13, §3.17.17).
type MemberGroupBody struct {
	Name                string              `json:"member_group_name" minLength:"3" maxLength:"64" pattern:"^[\\p{Han}A-Za-z][\\p{Han}A-Za-z0-9\\-_.]{2,63}$" doc:"Name, unique in the channel."`
	Remark              string              `json:"member_group_remark,omitempty" maxLength:"255" doc:"Description."`
	Weight              *int                `json:"member_group_weight,omitempty" minimum:"0" maximum:"100" doc:"Weight of members without one of their own."`
	DictCode            string              `json:"dict_code,omitempty" minLength:"3" maxLength:"64" pattern:"^[A-Za-z0-9\\-_.]*$" doc:"Kept for clients; not supported."`
	MicroserviceVersion string              `json:"microservice_version,omitempty" maxLength:"64" doc:"Only in a microservice channel."`
	MicroservicePort    int                 `json:"microservice_port,omitempty" minimum:"0" maximum:"65535" doc:"Only in a microservice channel; 0: that of the channel."`
	MicroserviceLabels  []MicroserviceLabel `json:"microservice_labels,omitempty" maxItems:"50" doc:"Only in a microservice channel."`
	ReferenceChannelID  string              `json:"reference_vpc_channel_id,omitempty" maxLength:"65" pattern:"^[A-Za-z0-9_-]+$" doc:"Channel that has the members; required, and only kept, in a reference channel."`
}

// MicroserviceLabel selects members of a microservice (APIG V2 §3.17.1).
type MicroserviceLabel struct {
	Name  string `json:"label_name" minLength:"1" maxLength:"63" pattern:"^[A-Za-z0-9]([A-Za-z0-9\\-_.]{0,61}[A-Za-z0-9])?$" doc:"Name."`
	Value string `json:"label_value" minLength:"1" maxLength:"63" pattern:"^[A-Za-z0-9]([A-Za-z0-9\\-_.]{0,61}[A-Za-z0-9])?$" doc:"Value."`
}

// MemberBody is a member as a client describes it (APIG V2 §3.17.6).
type MemberBody struct {
	Host      string `json:"host,omitempty" maxLength:"64" doc:"Address; required when the channel's members are named by ip."`
	Weight    *int   `json:"weight,omitempty" minimum:"0" maximum:"10000" doc:"Share of the requests; that of the server group, or 1, when left out."`
	IsBackup  bool   `json:"is_backup,omitempty" doc:"Whether it works only when all other members have failed."`
	GroupName string `json:"member_group_name,omitempty" maxLength:"64" doc:"Server group of the channel."`
	Status    int    `json:"status,omitempty" enum:"1,2" doc:"1 available (default), 2 unavailable."`
	Port      int    `json:"port,omitempty" minimum:"0" maximum:"65535" doc:"Port; 0: that of the server group or the channel."`
	ECSID     string `json:"ecs_id,omitempty" minLength:"1" maxLength:"255" pattern:"^[A-Za-z0-9_.:-]+$" doc:"Id of a cloud server; required when the channel's members are named by ecs."`
	ECSName   string `json:"ecs_name,omitempty" minLength:"1" maxLength:"64" pattern:"^[\\p{Han}A-Za-z0-9\\-_.:]+$" doc:"Name of a cloud server; required when the channel's members are named by ecs."`
}

// HealthCheckBody is the body of APIG V2 §3.17.12: how the gateway finds out which members work.
type HealthCheckBody struct {
	Protocol          string `json:"protocol" enum:"TCP,HTTP,HTTPS,tcp,http,https" doc:"Protocol; answers have it in capitals."`
	Path              string `json:"path,omitempty" maxLength:"512" pattern:"^/" doc:"Path to call; required for HTTP and HTTPS."`
	Method            string `json:"method,omitempty" enum:"GET,HEAD" doc:"Method; default GET."`
	Port              int    `json:"port,omitempty" minimum:"0" maximum:"65535" doc:"Port to call; 0: that of the member."`
	ThresholdNormal   int    `json:"threshold_normal" minimum:"1" maximum:"10" doc:"Successes in a row that make a member healthy."`
	ThresholdAbnormal int    `json:"threshold_abnormal" minimum:"1" maximum:"10" doc:"Failures in a row that make a member unhealthy."`
	TimeInterval      int    `json:"time_interval" minimum:"1" maximum:"300" doc:"Seconds between two checks; more than timeout."`
	HTTPCode          string `json:"http_code,omitempty" maxLength:"255" pattern:"^[1-5][0-9]{2}(-[1-5][0-9]{2})?(,[1-5][0-9]{2}(-[1-5][0-9]{2})?)*$" doc:"Codes of success, e.g. 201,202,210-299; required for HTTP."`
	EnableClientSSL   bool   `json:"enable_client_ssl,omitempty" doc:"Two-way TLS with the certificate of the feature backend_client_certificate."`
	Status            int    `json:"status,omitempty" enum:"1,2" doc:"1 available (default), 2 unavailable."`
	Timeout           int    `json:"timeout" minimum:"1" maximum:"30" doc:"Seconds a check may take; less than time_interval."`
}

// MicroserviceBody says where the members of a microservice channel come from (APIG V2 §3.17.1). Only the
// member that the type needs is kept.
type MicroserviceBody struct {
	ServiceType string          `json:"service_type,omitempty" enum:"CSE,CCE,CCE_SERVICE,NACOS" doc:"Kind of registry."`
	CSE         *CSEInfo        `json:"cse_info,omitempty" doc:"Required for CSE."`
	CCE         *CCEInfo        `json:"cce_info,omitempty" doc:"Required for CCE."`
	CCEService  *CCEServiceInfo `json:"cce_service_info,omitempty" doc:"Required for CCE_SERVICE."`
	Nacos       *NacosInfo      `json:"nacos_info,omitempty" doc:"Required for NACOS."`
}

// CSEInfo is a service of a microservice engine (APIG V2 §3.17.1).
type CSEInfo struct {
	EngineID  string `json:"engine_id" maxLength:"64" doc:"Engine."`
	ServiceID string `json:"service_id" maxLength:"64" doc:"Service."`
}

// CCEInfo is a workload of a cluster (APIG V2 §3.17.1): that of an app, or with a label. app_name alone
// stands for the label app=app_name.
type CCEInfo struct {
	ClusterID    string `json:"cluster_id" maxLength:"64" doc:"Cluster."`
	Namespace    string `json:"namespace" maxLength:"64" doc:"Namespace."`
	WorkloadType string `json:"workload_type" enum:"deployment,statefulset,daemonset" doc:"Kind of workload."`
	AppName      string `json:"app_name,omitempty" maxLength:"64" pattern:"^[\\p{Han}A-Za-z][\\p{Han}A-Za-z0-9.\\-_]{0,63}$" doc:"App; required without a label."`
	LabelKey     string `json:"label_key,omitempty" maxLength:"64" pattern:"^[\\p{Han}A-Za-z0-9][\\p{Han}A-Za-z0-9\\-_./()（）:：]{0,63}$" doc:"Name of a label."`
	LabelValue   string `json:"label_value,omitempty" maxLength:"64" pattern:"^[\\p{Han}A-Za-z][\\p{Han}A-Za-z0-9.\\-_]{0,63}$" doc:"Value of the label."`
}

// CCEServiceInfo is a Service of a cluster (APIG V2 §3.17.1).
type CCEServiceInfo struct {
	ClusterID   string `json:"cluster_id" maxLength:"64" doc:"Cluster."`
	Namespace   string `json:"namespace" maxLength:"63" pattern:"^[a-z]([a-z0-9-]*[a-z0-9])?$" doc:"Namespace."`
	ServiceName string `json:"service_name" maxLength:"64" pattern:"^[\\p{Han}A-Za-z][\\p{Han}A-Za-z0-9.\\-_]{0,63}$" doc:"Service."`
}

// NacosInfo is a service of a Nacos registry, which newer clients of APIG V2 §3.17.1 know.
type NacosInfo struct {
	Namespace    string        `json:"namespace,omitempty" maxLength:"64" pattern:"^[A-Za-z0-9_-]*$" doc:"Namespace id; empty: public."`
	ClusterName  string        `json:"cluster_name,omitempty" maxLength:"64" pattern:"^[A-Za-z0-9_-]*$" doc:"Cluster; default DEFAULT."`
	GroupName    string        `json:"group_name,omitempty" maxLength:"128" pattern:"^[A-Za-z0-9_.:-]*$" doc:"Group; default DEFAULT_GROUP."`
	ServiceName  string        `json:"service_name" maxLength:"512" pattern:"^[^@\\p{Han}][^\\p{Han}]*$" doc:"Service; does not start with @."`
	ServerConfig []NacosServer `json:"server_config" minItems:"1" maxItems:"20" doc:"Servers of the registry."`
	UserInfo     *NacosUser    `json:"user_info" doc:"Account at the registry."`
}

// NacosServer is a server of a Nacos registry.
type NacosServer struct {
	IPAddress string `json:"ip_address" maxLength:"255" pattern:"^[^\\p{Han}]+$" doc:"Address."`
	Port      int    `json:"port" minimum:"1" maximum:"65535" doc:"Port."`
	GRPCPort  int    `json:"grpc_port,omitempty" minimum:"1" maximum:"65535" doc:"Port for gRPC; default port + 1000."`
}

// NacosUser is an account at a Nacos registry. The password is sealed before a command travels.
type NacosUser struct {
	UserName string `json:"user_name" maxLength:"64" doc:"Name."`
	Password string `json:"password" maxLength:"2048" doc:"Password; answers show ******, which a change takes as 'the same as before'."`
}
