package signature

// The vectors are requests as they went over the wire, signed with a made-up key. Those named "sdk"
// were recorded from the public Go SDK 0.1.207 itself; those named "terraform" were made by the rules
// of the Terraform provider's client (every header that is set is signed, the host is not).
const (
	vectorAccessKey = "EXAMPLEACCESSKEY0001"
	vectorSecret    = "example-secret-key-for-tests-only-0000001"
	vectorDate      = "20240416T095341Z"
)

var vectors = []struct {
	name string
	raw  string
}{
	{
		name: "sdk: list without parameters",
		raw: "GET /v2/3d1c5ec6a4b94f6a8f1a3b0c5d6e7f80/apigw/instances HTTP/1.1\r\n" +
			"Host: apig.example.com\r\n" +
			"User-Agent: huaweicloud-usdk-go/3.0\r\n" +
			"Authorization: SDK-HMAC-SHA256 Access=EXAMPLEACCESSKEY0001, SignedHeaders=user-agent;x-project-id;x-sdk-date, Signature=fea1b00f517bc44fb053fc5986e5ebfe3d2158c622fecb9d82c37b8ab44be2fa\r\n" +
			"Content-Type: application/json\r\n" +
			"X-Project-Id: 3d1c5ec6a4b94f6a8f1a3b0c5d6e7f80\r\n" +
			"X-Sdk-Date: 20240416T095341Z\r\n" +
			"Accept-Encoding: gzip\r\n" +
			"\r\n",
	},
	{
		name: "sdk: query with unicode, space and reserved characters",
		raw: "GET /v2/3d1c5ec6a4b94f6a8f1a3b0c5d6e7f80/apigw/instances/6f1d0c1b2a3948578695a4b3c2d1e0f9/apis?limit=100&name=%E8%AE%A2%E5%8D%95%20API%20%2B%2050%25%20%28a%26b%3Dc%29&offset=20 HTTP/1.1\r\n" +
			"Host: apig.example.com\r\n" +
			"User-Agent: huaweicloud-usdk-go/3.0\r\n" +
			"Authorization: SDK-HMAC-SHA256 Access=EXAMPLEACCESSKEY0001, SignedHeaders=user-agent;x-project-id;x-sdk-date, Signature=a6a084869ed8f4e6184487fc12e552f42737168cd84de68f3277838d4bd9fba8\r\n" +
			"Content-Type: application/json\r\n" +
			"X-Project-Id: 3d1c5ec6a4b94f6a8f1a3b0c5d6e7f80\r\n" +
			"X-Sdk-Date: 20240416T095341Z\r\n" +
			"Accept-Encoding: gzip\r\n" +
			"\r\n",
	},
	{
		name: "sdk: query with an empty value",
		raw: "GET /v2/3d1c5ec6a4b94f6a8f1a3b0c5d6e7f80/apigw/instances/6f1d0c1b2a3948578695a4b3c2d1e0f9/apis?limit=100&name HTTP/1.1\r\n" +
			"Host: apig.example.com\r\n" +
			"User-Agent: huaweicloud-usdk-go/3.0\r\n" +
			"Authorization: SDK-HMAC-SHA256 Access=EXAMPLEACCESSKEY0001, SignedHeaders=user-agent;x-project-id;x-sdk-date, Signature=ba179b3781f60e7a7084edaa2ce8fc8cf3768b1c2bc8123b8d891366bb7fc2fb\r\n" +
			"Content-Type: application/json\r\n" +
			"X-Project-Id: 3d1c5ec6a4b94f6a8f1a3b0c5d6e7f80\r\n" +
			"X-Sdk-Date: 20240416T095341Z\r\n" +
			"Accept-Encoding: gzip\r\n" +
			"\r\n",
	},
	{
		name: "sdk: create with a JSON body",
		raw: "POST /v2/3d1c5ec6a4b94f6a8f1a3b0c5d6e7f80/apigw/instances/6f1d0c1b2a3948578695a4b3c2d1e0f9/envs HTTP/1.1\r\n" +
			"Host: apig.example.com\r\n" +
			"User-Agent: huaweicloud-usdk-go/3.0\r\n" +
			"Content-Length: 48\r\n" +
			"Authorization: SDK-HMAC-SHA256 Access=EXAMPLEACCESSKEY0001, SignedHeaders=user-agent;x-project-id;x-sdk-date, Signature=e6a2caefc3321d50dd7e71a2ba9d9fd7700004243a73e9728514fb88e36aeba3\r\n" +
			"Content-Type: application/json;charset=UTF-8\r\n" +
			"X-Project-Id: 3d1c5ec6a4b94f6a8f1a3b0c5d6e7f80\r\n" +
			"X-Sdk-Date: 20240416T095341Z\r\n" +
			"Accept-Encoding: gzip\r\n" +
			"\r\n" +
			"{\"name\":\"PROD\",\"remark\":\"prod & <test> 环境\"}\n",
	},
	{
		name: "sdk: delete without a body",
		raw: "DELETE /v2/3d1c5ec6a4b94f6a8f1a3b0c5d6e7f80/apigw/instances/6f1d0c1b2a3948578695a4b3c2d1e0f9/envs/c5f5f1a1a1a14d7b8c9d0e1f2a3b4c5d HTTP/1.1\r\n" +
			"Host: apig.example.com\r\n" +
			"User-Agent: huaweicloud-usdk-go/3.0\r\n" +
			"Authorization: SDK-HMAC-SHA256 Access=EXAMPLEACCESSKEY0001, SignedHeaders=user-agent;x-project-id;x-sdk-date, Signature=3a7248b777d700f32f39467b589d2608cd0b0b6f3a7e0a408c704b40570f8bd0\r\n" +
			"Content-Type: application/json\r\n" +
			"X-Project-Id: 3d1c5ec6a4b94f6a8f1a3b0c5d6e7f80\r\n" +
			"X-Sdk-Date: 20240416T095341Z\r\n" +
			"Accept-Encoding: gzip\r\n" +
			"\r\n",
	},
	{
		name: "sdk: multipart import",
		raw: "POST /v2/3d1c5ec6a4b94f6a8f1a3b0c5d6e7f80/apigw/instances/6f1d0c1b2a3948578695a4b3c2d1e0f9/openapi/import HTTP/1.1\r\n" +
			"Host: apig.example.com\r\n" +
			"User-Agent: huaweicloud-usdk-go/3.0\r\n" +
			"Content-Length: 437\r\n" +
			"Authorization: SDK-HMAC-SHA256 Access=EXAMPLEACCESSKEY0001, SignedHeaders=user-agent;x-project-id;x-sdk-content-sha256;x-sdk-date, Signature=47c7c8ad8e426578fa2a84f030fc2581a7a9cfcc6d155a04899ca1a6bd49b3f5\r\n" +
			"Content-Type: multipart/form-data; boundary=32aa62f33e8ec0e9d1f99fb07570f802cbda6f2405b20a6a763aa65e4917\r\n" +
			"X-Project-Id: 3d1c5ec6a4b94f6a8f1a3b0c5d6e7f80\r\n" +
			"X-Sdk-Content-Sha256: UNSIGNED-PAYLOAD\r\n" +
			"X-Sdk-Date: 20240416T095341Z\r\n" +
			"Accept-Encoding: gzip\r\n" +
			"\r\n" +
			"--32aa62f33e8ec0e9d1f99fb07570f802cbda6f2405b20a6a763aa65e4917\r\n" +
			"Content-Disposition: form-data; name=\"is_create_group\"\r\n" +
			"\r\n" +
			"true\r\n" +
			"--32aa62f33e8ec0e9d1f99fb07570f802cbda6f2405b20a6a763aa65e4917\r\n" +
			"Content-Disposition: form-data; name=\"file_name\"; filename=\"orders.yaml\"\r\n" +
			"Content-Type: application/octet-stream\r\n" +
			"\r\n" +
			"openapi: 3.0.0\n" +
			"info: {title: orders, version: '1'}\n" +
			"paths: {}\n" +
			"\r\n" +
			"--32aa62f33e8ec0e9d1f99fb07570f802cbda6f2405b20a6a763aa65e4917--\r\n",
	},
	{
		name: "sdk: repeated query keys, unsorted",
		raw: "GET /v2/p/apigw/instances?Tag=x&a-b=1&a.b=1%2F2&tag=b&tag=a&tag=A&tag=~z&tag=a HTTP/1.1\r\n" +
			"Host: apig.example.com\r\n" +
			"User-Agent: huaweicloud-usdk-go/3.0\r\n" +
			"Authorization: SDK-HMAC-SHA256 Access=EXAMPLEACCESSKEY0001, SignedHeaders=user-agent;x-sdk-date, Signature=0d0ed17aefc1a62a5fb76b2d74ecfd5b8bba023beb07d74cf5ade3fa4a8f7fbb\r\n" +
			"X-Sdk-Date: 20240416T095341Z\r\n" +
			"Accept-Encoding: gzip\r\n" +
			"\r\n",
	},
	{
		name: "sdk: map query",
		raw: "GET /v2/p?m%5Bk1%5D=%C3%A9&m%5Bk2%5D=v HTTP/1.1\r\n" +
			"Host: apig.example.com\r\n" +
			"User-Agent: huaweicloud-usdk-go/3.0\r\n" +
			"Authorization: SDK-HMAC-SHA256 Access=EXAMPLEACCESSKEY0001, SignedHeaders=user-agent;x-sdk-date, Signature=08c897823f7095fecb5fc4e4970c8d6df81cb1ecd3c6b50e4751bca5d2c73546\r\n" +
			"X-Sdk-Date: 20240416T095341Z\r\n" +
			"Accept-Encoding: gzip\r\n" +
			"\r\n",
	},
	{
		name: "sdk: trailing slash",
		raw: "GET /v2/p/apigw/ HTTP/1.1\r\n" +
			"Host: apig.example.com\r\n" +
			"User-Agent: huaweicloud-usdk-go/3.0\r\n" +
			"Authorization: SDK-HMAC-SHA256 Access=EXAMPLEACCESSKEY0001, SignedHeaders=user-agent;x-sdk-date, Signature=f6f52450efefe3c110f198ec28a2757c47a4401fd5c6f3e09b1cc17ce7de277a\r\n" +
			"X-Sdk-Date: 20240416T095341Z\r\n" +
			"Accept-Encoding: gzip\r\n" +
			"\r\n",
	},
	{
		name: "sdk: root",
		raw: "GET / HTTP/1.1\r\n" +
			"Host: apig.example.com\r\n" +
			"User-Agent: huaweicloud-usdk-go/3.0\r\n" +
			"Authorization: SDK-HMAC-SHA256 Access=EXAMPLEACCESSKEY0001, SignedHeaders=user-agent;x-sdk-date, Signature=2e530cabb87b49b42fe10b6800644dc10340c199e53d07f139ed76dcf3a78409\r\n" +
			"X-Sdk-Date: 20240416T095341Z\r\n" +
			"Accept-Encoding: gzip\r\n" +
			"\r\n",
	},
	{
		name: "sdk: empty path",
		raw: "GET / HTTP/1.1\r\n" +
			"Host: apig.example.com\r\n" +
			"User-Agent: huaweicloud-usdk-go/3.0\r\n" +
			"Authorization: SDK-HMAC-SHA256 Access=EXAMPLEACCESSKEY0001, SignedHeaders=user-agent;x-sdk-date, Signature=2e530cabb87b49b42fe10b6800644dc10340c199e53d07f139ed76dcf3a78409\r\n" +
			"X-Sdk-Date: 20240416T095341Z\r\n" +
			"Accept-Encoding: gzip\r\n" +
			"\r\n",
	},
	{
		name: "sdk: path with an escaped slash as text",
		raw: "GET /v2/p/a%252Fb/c HTTP/1.1\r\n" +
			"Host: apig.example.com\r\n" +
			"User-Agent: huaweicloud-usdk-go/3.0\r\n" +
			"Authorization: SDK-HMAC-SHA256 Access=EXAMPLEACCESSKEY0001, SignedHeaders=user-agent;x-sdk-date, Signature=cc552c67e7ff2fc9e044816d7eda200b39407a36fc042561c85b45336cb1fec8\r\n" +
			"X-Sdk-Date: 20240416T095341Z\r\n" +
			"Accept-Encoding: gzip\r\n" +
			"\r\n",
	},
	{
		name: "sdk: path with unicode, space and reserved characters",
		raw: "PUT /v2/p/%E5%90%8D%E7%A7%B0%20x/a:b@c;d=e,f+g$h&i%21j%2Ak%27l%28m%29~n%3Fo%23p%5Bq%5D HTTP/1.1\r\n" +
			"Host: apig.example.com\r\n" +
			"User-Agent: huaweicloud-usdk-go/3.0\r\n" +
			"Content-Length: 0\r\n" +
			"Authorization: SDK-HMAC-SHA256 Access=EXAMPLEACCESSKEY0001, SignedHeaders=user-agent;x-sdk-date, Signature=042b5f2f6f90de3579ecb9af69fc508f503a2df810fc2c32680bed95b7483be1\r\n" +
			"X-Sdk-Date: 20240416T095341Z\r\n" +
			"Accept-Encoding: gzip\r\n" +
			"\r\n",
	},
	{
		name: "sdk: path with double slashes and dots",
		raw: "GET /v2//p/../q/./r HTTP/1.1\r\n" +
			"Host: apig.example.com\r\n" +
			"User-Agent: huaweicloud-usdk-go/3.0\r\n" +
			"Authorization: SDK-HMAC-SHA256 Access=EXAMPLEACCESSKEY0001, SignedHeaders=user-agent;x-sdk-date, Signature=cae4e42fa767291960d5ce66b06e6637e7f3e421985541160ef8914f725dc152\r\n" +
			"X-Sdk-Date: 20240416T095341Z\r\n" +
			"Accept-Encoding: gzip\r\n" +
			"\r\n",
	},
	{
		name: "sdk: string body",
		raw: "PATCH /v2/p HTTP/1.1\r\n" +
			"Host: apig.example.com\r\n" +
			"User-Agent: huaweicloud-usdk-go/3.0\r\n" +
			"Content-Length: 15\r\n" +
			"Authorization: SDK-HMAC-SHA256 Access=EXAMPLEACCESSKEY0001, SignedHeaders=user-agent;x-sdk-date, Signature=14d367dcbf13d42ad676ac5335fec8d3cc9d3972031133e6b6885addd9e9d158\r\n" +
			"Content-Type: application/json;charset=UTF-8\r\n" +
			"X-Sdk-Date: 20240416T095341Z\r\n" +
			"Accept-Encoding: gzip\r\n" +
			"\r\n" +
			"{\"a\":\"<&> 中\"}",
	},
	{
		name: "sdk: extra signed headers",
		raw: "POST /v2/p HTTP/1.1\r\n" +
			"Host: apig.example.com\r\n" +
			"User-Agent: huaweicloud-usdk-go/3.0\r\n" +
			"Content-Length: 8\r\n" +
			"Authorization: SDK-HMAC-SHA256 Access=EXAMPLEACCESSKEY0001, SignedHeaders=user-agent;x-domain-id;x-sdk-date;x-security-token, Signature=23ef5b6b20f9e2b630e7117b2dc3f58518e0d0783f42175f56c19c0c0e4f99c7\r\n" +
			"Content-Type: application/json\r\n" +
			"X-Domain-Id: domain-1\r\n" +
			"X-Sdk-Date: 20240416T095341Z\r\n" +
			"X-Security-Token: token  with  inner  spaces\r\n" +
			"X_under: u\r\n" +
			"Accept-Encoding: gzip\r\n" +
			"\r\n" +
			"{\"A\":1}\n",
	},
	{
		name: "sdk: stated body hash",
		raw: "POST /v2/p HTTP/1.1\r\n" +
			"Host: apig.example.com\r\n" +
			"User-Agent: huaweicloud-usdk-go/3.0\r\n" +
			"Content-Length: 7\r\n" +
			"Authorization: SDK-HMAC-SHA256 Access=EXAMPLEACCESSKEY0001, SignedHeaders=user-agent;x-sdk-content-sha256;x-sdk-date, Signature=6e49bb803252a73399b4d455adbcf30fd36605b3411a31bfbd07cacf2f24af85\r\n" +
			"X-Sdk-Content-Sha256: 015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862\r\n" +
			"X-Sdk-Date: 20240416T095341Z\r\n" +
			"Accept-Encoding: gzip\r\n" +
			"\r\n" +
			"{\"a\":1}",
	},
	{
		name: "sdk: form urlencoded",
		raw: "POST /v2/p HTTP/1.1\r\n" +
			"Host: apig.example.com\r\n" +
			"User-Agent: huaweicloud-usdk-go/3.0\r\n" +
			"Content-Length: 5\r\n" +
			"Authorization: SDK-HMAC-SHA256 Access=EXAMPLEACCESSKEY0001, SignedHeaders=user-agent;x-sdk-content-sha256;x-sdk-date, Signature=88a30340a736609e0d79ab8b3eee8dd01ec579db88c24200580e9f2a8af362eb\r\n" +
			"Content-Type: application/x-www-form-urlencoded\r\n" +
			"X-Sdk-Content-Sha256: UNSIGNED-PAYLOAD\r\n" +
			"X-Sdk-Date: 20240416T095341Z\r\n" +
			"Accept-Encoding: gzip\r\n" +
			"\r\n" +
			"a=b+c",
	},
	{
		name: "terraform: list",
		raw: "GET /v2/3d1c5ec6a4b94f6a8f1a3b0c5d6e7f80/apigw/instances/6f1d0c1b2a3948578695a4b3c2d1e0f9/apis?empty=&limit=500&name=a%20b&offset=0 HTTP/1.1\r\n" +
			"Host: apig.example.com\r\n" +
			"User-Agent: terraform-provider-huaweicloud/1.0 golangsdk/2.0.0\r\n" +
			"Accept: application/json\r\n" +
			"Authorization: SDK-HMAC-SHA256 Access=EXAMPLEACCESSKEY0001, SignedHeaders=accept;content-type;user-agent;x-sdk-date, Signature=0e977547ae5d05d19fcda6bb6ef2fde8a809a04b193f90a31804e32b5a2519d6\r\n" +
			"Content-Type: application/json\r\n" +
			"X-Project-Id: 3d1c5ec6a4b94f6a8f1a3b0c5d6e7f80\r\n" +
			"X-Sdk-Date: 20240416T095341Z\r\n" +
			"Accept-Encoding: gzip\r\n" +
			"\r\n",
	},
	{
		name: "terraform: create",
		raw: "POST /v2/3d1c5ec6a4b94f6a8f1a3b0c5d6e7f80/apigw/instances/6f1d0c1b2a3948578695a4b3c2d1e0f9/api-groups HTTP/1.1\r\n" +
			"Host: apig.example.com\r\n" +
			"User-Agent: terraform-provider-huaweicloud/1.0 golangsdk/2.0.0\r\n" +
			"Content-Length: 37\r\n" +
			"Accept: application/json\r\n" +
			"Authorization: SDK-HMAC-SHA256 Access=EXAMPLEACCESSKEY0001, SignedHeaders=accept;content-type;user-agent;x-sdk-date, Signature=58bd79a3c2966756980e502fe6035c7ccf7e80c230dd8891eba19163765616ef\r\n" +
			"Content-Type: application/json\r\n" +
			"X-Project-Id: 3d1c5ec6a4b94f6a8f1a3b0c5d6e7f80\r\n" +
			"X-Sdk-Date: 20240416T095341Z\r\n" +
			"Accept-Encoding: gzip\r\n" +
			"\r\n" +
			"{\"name\":\"group_1\",\"remark\":\"说明\"}\n",
	},
	{
		name: "terraform: delete",
		raw: "DELETE /v2/3d1c5ec6a4b94f6a8f1a3b0c5d6e7f80/apigw/instances/6f1d0c1b2a3948578695a4b3c2d1e0f9/api-groups/1 HTTP/1.1\r\n" +
			"Host: apig.example.com\r\n" +
			"User-Agent: terraform-provider-huaweicloud/1.0 golangsdk/2.0.0\r\n" +
			"Accept: application/json\r\n" +
			"Authorization: SDK-HMAC-SHA256 Access=EXAMPLEACCESSKEY0001, SignedHeaders=accept;user-agent;x-sdk-date, Signature=77e3d9c637123c59517b641ca771b76b6be14dfaa5b2919f7260857319b6a8e9\r\n" +
			"X-Project-Id: 3d1c5ec6a4b94f6a8f1a3b0c5d6e7f80\r\n" +
			"X-Sdk-Date: 20240416T095341Z\r\n" +
			"Accept-Encoding: gzip\r\n" +
			"\r\n",
	},
	{
		name: "terraform: multipart with the real hash",
		raw: "POST /v2/3d1c5ec6a4b94f6a8f1a3b0c5d6e7f80/apigw/instances/6f1d0c1b2a3948578695a4b3c2d1e0f9/openapi/import HTTP/1.1\r\n" +
			"Host: apig.example.com\r\n" +
			"User-Agent: terraform-provider-huaweicloud/1.0 golangsdk/2.0.0\r\n" +
			"Content-Length: 390\r\n" +
			"Accept: application/json\r\n" +
			"Authorization: SDK-HMAC-SHA256 Access=EXAMPLEACCESSKEY0001, SignedHeaders=accept;content-type;user-agent;x-sdk-date, Signature=ca7c6bddf01cea05701b52a0976c90225890f6e65de5ffe65509c94f40dd8676\r\n" +
			"Content-Type: multipart/form-data; boundary=68c4e82648192e85b3a0de3057e77c8bd74030be0c686f470f55ae2007b5\r\n" +
			"X-Project-Id: 3d1c5ec6a4b94f6a8f1a3b0c5d6e7f80\r\n" +
			"X-Sdk-Date: 20240416T095341Z\r\n" +
			"Accept-Encoding: gzip\r\n" +
			"\r\n" +
			"--68c4e82648192e85b3a0de3057e77c8bd74030be0c686f470f55ae2007b5\r\n" +
			"Content-Disposition: form-data; name=\"is_create_group\"\r\n" +
			"\r\n" +
			"true\r\n" +
			"--68c4e82648192e85b3a0de3057e77c8bd74030be0c686f470f55ae2007b5\r\n" +
			"Content-Disposition: form-data; name=\"file_name\"; filename=\"a.json\"\r\n" +
			"Content-Type: application/octet-stream\r\n" +
			"\r\n" +
			"{\"openapi\":\"3.0.0\"}\r\n" +
			"--68c4e82648192e85b3a0de3057e77c8bd74030be0c686f470f55ae2007b5--\r\n",
	},
	{
		name: "signing guide: host signed",
		raw: "GET /v2/3d1c5ec6a4b94f6a8f1a3b0c5d6e7f80/apigw/instances/6f1d0c1b2a3948578695a4b3c2d1e0f9/apis?a=1&b=2 HTTP/1.1\r\n" +
			"Host: apig.example.com\r\n" +
			"User-Agent: terraform-provider-huaweicloud/1.0 golangsdk/2.0.0\r\n" +
			"Accept: application/json\r\n" +
			"Authorization: SDK-HMAC-SHA256 Access=EXAMPLEACCESSKEY0001, SignedHeaders=accept;content-type;host;user-agent;x-sdk-date, Signature=c2a4ddc4ec189c3a2fca4ca1a51f2a9e86ef694c721030da7a2267f3902787ff\r\n" +
			"Content-Type: application/json\r\n" +
			"X-Project-Id: 3d1c5ec6a4b94f6a8f1a3b0c5d6e7f80\r\n" +
			"X-Sdk-Date: 20240416T095341Z\r\n" +
			"Accept-Encoding: gzip\r\n" +
			"\r\n",
	},
}
