package apig

import (
	"context"

	"github.com/gatelog/gatelog/commands"
	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
)

// DomainCommands is everything that can be done to domain names, certificates and inbound ports (APIG V2
// §3.12, §3.26) but for CreateCertificate, UpdateCertificate and BindCertificate, which deal with private
// keys and are methods of Commands.
type DomainCommands struct {
	BindURLDomain     commands.UseCase[apig.BindURLDomain, apig.URLDomain]
	UpdateURLDomain   commands.UseCase[apig.UpdateURLDomain, apig.URLDomain]
	UnbindURLDomain   commands.UseCase[apig.UnbindURLDomain, apig.None]
	SetSLDomainAccess commands.UseCase[apig.SetSLDomainAccess, apig.None]

	DeleteCertificate commands.UseCase[apig.DeleteCertificate, apig.None]
	UnbindCertificate commands.UseCase[apig.UnbindCertificate, apig.None]
	AttachCertificate commands.UseCase[apig.AttachCertificate, apig.None]
	DetachCertificate commands.UseCase[apig.DetachCertificate, apig.None]
	AttachDomains     commands.UseCase[apig.AttachDomains, apig.None]
	DetachDomains     commands.UseCase[apig.DetachDomains, apig.None]

	AddIngressPort    commands.UseCase[apig.AddIngressPort, apig.IngressPort]
	DeleteIngressPort commands.UseCase[apig.DeleteIngressPort, apig.None]

	createCertificate commands.UseCase[apig.CreateCertificate, apig.Certificate]
	updateCertificate commands.UseCase[apig.UpdateCertificate, apig.Certificate]
	bindCertificate   commands.UseCase[apig.BindCertificate, apig.SecuredDomain]
}

func domainCommands(s *commands.Surface) DomainCommands {
	return DomainCommands{
		BindURLDomain:     commands.Define(s, "BindURLDomain", (*apig.State).BindURLDomain),
		UpdateURLDomain:   commands.Define(s, "UpdateURLDomain", (*apig.State).UpdateURLDomain),
		UnbindURLDomain:   commands.Define(s, "UnbindURLDomain", (*apig.State).UnbindURLDomain),
		SetSLDomainAccess: commands.Define(s, "SetSLDomainAccess", (*apig.State).SetSLDomainAccess),
		DeleteCertificate: commands.Define(s, "DeleteCertificate", (*apig.State).DeleteCertificate),
		UnbindCertificate: commands.Define(s, "UnbindCertificate", (*apig.State).UnbindCertificate),
		AttachCertificate: commands.Define(s, "AttachCertificate", (*apig.State).AttachCertificate),
		DetachCertificate: commands.Define(s, "DetachCertificate", (*apig.State).DetachCertificate),
		AttachDomains:     commands.Define(s, "AttachDomains", (*apig.State).AttachDomains),
		DetachDomains:     commands.Define(s, "DetachDomains", (*apig.State).DetachDomains),
		AddIngressPort:    commands.Define(s, "AddIngressPort", (*apig.State).AddIngressPort),
		DeleteIngressPort: commands.Define(s, "DeleteIngressPort", (*apig.State).DeleteIngressPort),
		createCertificate: commands.Define(s, "CreateCertificate", (*apig.State).CreateCertificate),
		updateCertificate: commands.Define(s, "UpdateCertificate", (*apig.State).UpdateCertificate),
		bindCertificate:   commands.Define(s, "BindCertificate", (*apig.State).BindCertificate),
	}
}

// certificateKey says what a sealed private key is for: it opens as nothing else.
const certificateKey = "certificate-key"

// CreateCertificate brings in a certificate (APIG V2 §3.26.2). Its private key is held against it and sealed
// before the command leaves this process; no answer ever shows it. Errors: those of
// apig.CertificateBody.Check and apig.State.CreateCertificate.
func (c *Commands) CreateCertificate(ctx context.Context, b *commands.Bus, call commands.Call, body apig.CertificateBody) (apig.Certificate, domain.Position, error) {
	if err := body.Check(); err != nil {
		return apig.Certificate{}, 0, err
	}
	key, err := c.seal(ctx, call, certificateKey, body.PrivateKey, 0)
	if err != nil {
		return apig.Certificate{}, 0, err
	}
	return c.createCertificate.Do(ctx, b, call, apig.CreateCertificate{Body: body.CertificateText, Key: key})
}

// UpdateCertificate replaces a certificate (APIG V2 §3.26.7), as CreateCertificate brings one in. Errors:
// those of apig.CertificateBody.Check and apig.State.UpdateCertificate.
func (c *Commands) UpdateCertificate(ctx context.Context, b *commands.Bus, call commands.Call, id string, body apig.CertificateBody) (apig.Certificate, domain.Position, error) {
	if err := body.Check(); err != nil {
		return apig.Certificate{}, 0, err
	}
	key, err := c.seal(ctx, call, certificateKey, body.PrivateKey, 0)
	if err != nil {
		return apig.Certificate{}, 0, err
	}
	return c.updateCertificate.Do(ctx, b, call, apig.UpdateCertificate{CertificateID: id, Body: body.CertificateText, Key: key})
}

// BindCertificate brings in a certificate for the domain name that in names (APIG V2 §3.12.2), as
// CreateCertificate does. Errors: those of apig.DomainCertificateBody.Check and apig.State.BindCertificate.
func (c *Commands) BindCertificate(ctx context.Context, b *commands.Bus, call commands.Call, in apig.BindCertificate, body apig.DomainCertificateBody) (apig.SecuredDomain, domain.Position, error) {
	if err := body.Check(); err != nil {
		return apig.SecuredDomain{}, 0, err
	}
	key, err := c.seal(ctx, call, certificateKey, body.PrivateKey, 0)
	if err != nil {
		return apig.SecuredDomain{}, 0, err
	}
	in.Body, in.Key = body.DomainCertificateText, key
	return c.bindCertificate.Do(ctx, b, call, in)
}
