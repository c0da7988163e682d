package apig

import (
	"strings"
	"testing"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
)

func registry(password string) apig.ChannelBody {
	return apig.ChannelBody{
		Name: "pool", Port: 80, BalanceStrategy: 1, MemberType: "ip", ChannelType: apig.ChannelMicroservice,
		Microservice: &apig.MicroserviceBody{ServiceType: "NACOS", Nacos: &apig.NacosInfo{
			ServiceName: "shop", ServerConfig: []apig.NacosServer{{IPAddress: "10.0.0.9", Port: 8848}},
			UserInfo: &apig.NacosUser{UserName: "reader", Password: password},
		}},
	}
}

func TestPasswordsOfRegistriesAreNotInTheLog(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	body := registry("correct-horse-1")
	made, _, err := o.CreateChannel(t.Context(), o.bus, o.call(""), apig.CreateChannel{InstanceID: o.instance, Body: body})
	if err != nil {
		t.Fatal(err)
	}
	update := func(password string) apig.Channel {
		t.Helper()
		command := apig.UpdateChannel{InstanceID: o.instance, ChannelID: made.ID, Body: registry(password)}
		changed, _, err := o.UpdateChannel(t.Context(), o.bus, o.call(""), command)
		if err != nil {
			t.Fatal(err)
		}
		return changed
	}
	sealed := func(c apig.Channel) string { return c.Microservice.Nacos.UserInfo.Password }

	same := update(apig.MaskedSecret)
	other := update("correct-horse-2")

	if sealed(same) != sealed(made) || sealed(other) == sealed(made) {
		t.Error("****** must keep the password, and another one replace it")
	}
	if body.Microservice.Nacos.UserInfo.Password != "correct-horse-1" {
		t.Error("sealing changed the caller's request")
	}
	o.absent("correct-horse-1", "correct-horse-2")
}

func TestBadPasswordsOfRegistriesAreRefused(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for password, want := range map[string]string{
		"": "APIG.2001", apig.MaskedSecret: "APIG.2011", strings.Repeat("x", 513): "APIG.2011", "a\x00b": "APIG.2011", "\xff": "APIG.2011",
	} {
		_, _, err := o.CreateChannel(t.Context(), o.bus, o.call(""), apig.CreateChannel{InstanceID: o.instance, Body: registry(password)})
		if got := domain.CodeOf(err); got != want {
			t.Errorf("%.10q: refused with %v, want %s", password, err, want)
		}
	}
}

func TestPasswordsOfImportedMicroservicesAreNotInTheLog(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	nacos := registry("correct-horse-3").Microservice.Nacos
	_, _, err := o.ImportMicroservice(t.Context(), o.bus, o.call(""), apig.ImportMicroservice{InstanceID: o.instance, Body: apig.ImportMicroserviceBody{
		GroupInfo: &apig.MicroserviceGroup{GroupName: "imported"}, ServiceType: "NACOS", Nacos: nacos, APIs: []apig.MicroserviceAPI{{ReqURI: "/orders"}},
	}})
	if err != nil || nacos.UserInfo.Password != "correct-horse-3" {
		t.Fatalf("%v; the caller's request has the password %q", err, nacos.UserInfo.Password)
	}
	o.absent("correct-horse-3")
}
