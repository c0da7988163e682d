package apig

import (
	"context"
	"database/sql"
	"errors"

	"github.com/lib/pq"

	"github.com/gatelog/gatelog/domain/apig"
)

// CNAMEStatus is what answers say of the resolution of every domain name: 1, not resolved (APIG V2
// §3.12.1). Nobody looks names up.
const CNAMEStatus = 1

// DomainView is a custom domain name as its group shows it (APIG V2 §3.1.4).
type DomainView struct {
	ID            string        `json:"id"`
	Domain        string        `json:"domain"`
	CNAMEStatus   int           `json:"cname_status" doc:"1: not resolved; nobody looks."`
	SSLID         string        `json:"ssl_id,omitempty" doc:"The RSA certificate."`
	SSLName       string        `json:"ssl_name,omitempty"`
	MinSSLVersion string        `json:"min_ssl_version"`
	VerifyClients bool          `json:"verified_client_certificate_enabled"`
	HasCA         bool          `json:"is_has_trusted_root_ca" doc:"Whether all certificates have a trusted root CA."`
	HTTPPort      int           `json:"ingress_http_port" doc:"-1: none."`
	HTTPSPort     int           `json:"ingress_https_port" doc:"-1: none."`
	SSLInfos      []SSLInfoView `json:"ssl_infos"`
}

// SSLInfoView is a certificate as its domain name shows it (SDK).
type SSLInfoView struct {
	SSLID         string `json:"ssl_id"`
	SSLName       string `json:"ssl_name"`
	AlgorithmType string `json:"algorithm_type"`
	Type          int    `json:"type" doc:"1: of the instance, 2: global."`
	HasCA         bool   `json:"is_has_trusted_root_ca"`
}

// The types of certificates in SSLInfoView.
const (
	sslOfInstance = 1
	sslGlobal     = 2
)

// Domains returns the domain names of groups by group, in the order of binding. A group without any is not
// among them.
func (q *Queries) Domains(ctx context.Context, in In, groupIDs []string) (map[string][]DomainView, error) {
	w := in.where("d")
	w.add("d.group_id = ANY($%d)", pq.Array(groupIDs))
	var rows []DomainRow
	if err := q.rows.Select(ctx, &rows, "SELECT d.* FROM apig.domains d"+w.String()+" ORDER BY d.bind_time, d.id", w.args...); err != nil {
		return nil, err
	}
	infos, err := q.sslInfos(ctx, in, groupIDs, len(rows))
	if err != nil {
		return nil, err
	}
	byGroup := map[string][]DomainView{}
	for _, row := range rows {
		byGroup[row.GroupID] = append(byGroup[row.GroupID], row.view(infos[row.ID]))
	}
	return byGroup, nil
}

// sslInfos returns the certificates of the domain names of groups by domain name, RSA first. Where there are
// no domain names there is nothing to ask for.
func (q *Queries) sslInfos(ctx context.Context, in In, groupIDs []string, domains int) (map[string][]SSLInfoView, error) {
	if domains == 0 {
		return nil, nil
	}
	w := in.where("x")
	w.add("x.group_id = ANY($%d)", pq.Array(groupIDs))
	var rows []struct {
		DomainID string `json:"domain_id"`
		CertificateRow
	}
	err := q.rows.Select(ctx, &rows, "SELECT x.domain_id, c.* FROM apig.domain_certificates x JOIN apig.certificates c ON c.id = x.certificate_id"+
		w.String()+" ORDER BY c.algorithm_type DESC, c.id", w.args...)
	byDomain := map[string][]SSLInfoView{}
	for _, row := range rows {
		info := SSLInfoView{row.ID, row.Name, row.AlgorithmType, sslOfInstance, row.HasCA}
		if row.Type == apig.CertificateGlobal {
			info.Type = sslGlobal
		}
		byDomain[row.DomainID] = append(byDomain[row.DomainID], info)
	}
	return byDomain, err
}

func (r DomainRow) view(infos []SSLInfoView) DomainView {
	view := DomainView{
		ID: r.ID, Domain: r.Name, CNAMEStatus: CNAMEStatus, MinSSLVersion: r.MinSSLVersion, VerifyClients: r.VerifyClients,
		HasCA: len(infos) > 0, HTTPPort: r.HTTPPort, HTTPSPort: r.HTTPSPort, SSLInfos: []SSLInfoView{},
	}
	for _, info := range infos {
		view.HasCA = view.HasCA && info.HasCA
		if info.AlgorithmType == apig.AlgorithmRSA {
			view.SSLID, view.SSLName = info.SSLID, info.SSLName
		}
		view.SSLInfos = append(view.SSLInfos, info)
	}
	return view
}

// Domain returns a domain name of a group, or APIG.3030; APIG.3001; APIG.3020, 3474.
func (q *Queries) Domain(ctx context.Context, in In, groupID, id string) (DomainRow, error) {
	if _, err := q.Group(ctx, in, groupID); err != nil {
		return DomainRow{}, err
	}
	var d DomainRow
	err := q.get(ctx, &d, "SELECT * FROM apig.domains WHERE id = $1 AND instance_id = $2 AND tenant = $3", id, in.Instance, in.Tenant)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return d, apig.ErrURLDomainNotFound()
	case err == nil && d.GroupID != groupID:
		return DomainRow{}, apig.ErrURLDomainGroup()
	}
	return d, err
}

// DomainNames returns the domain names of a group.
func (q *Queries) DomainNames(ctx context.Context, in In, groupID string) ([]string, error) {
	w := in.where("d")
	w.must("d.group_id", groupID)
	var all []string
	err := q.rows.Select(ctx, &all, "SELECT d.name FROM apig.domains d"+w.String()+" ORDER BY d.bind_time, d.id", w.args...)
	return all, err
}

// IngressPortFilter narrows the list of inbound ports (SDK).
type IngressPortFilter struct {
	Protocol string
	Port     int // 0 for all
}

// IngressPorts returns a page of the custom inbound ports of an instance, newest first, or APIC.7302.
func (q *Queries) IngressPorts(ctx context.Context, in In, f IngressPortFilter, p Page) ([]IngressPortRow, int, error) {
	w := in.where("n")
	w.is("n.protocol", f.Protocol)
	if f.Port != 0 {
		w.add("n.port = $%d", f.Port)
	}
	rows, total, err := page[IngressPortRow](ctx, q, "n.*", "apig.ingress_ports n", w, "n.create_time DESC, n.id", p)
	if err == nil && total == 0 {
		_, err = q.Instance(ctx, in)
	}
	return rows, total, err
}

// PortDomain is a domain name that is reached at a custom inbound port (SDK).
type PortDomain struct {
	GroupID    string `json:"group_id"`
	GroupName  string `json:"group_name"`
	DomainName string `json:"domain_name"`
}

// PortDomains returns a page of the domain names that are reached at a custom inbound port, newest first, or
// APIC.7302, APIC.7211.
func (q *Queries) PortDomains(ctx context.Context, in In, portID, name string, p Page) ([]PortDomain, int, error) {
	var port IngressPortRow
	err := q.get(ctx, &port, "SELECT * FROM apig.ingress_ports WHERE id = $1 AND instance_id = $2 AND tenant = $3", portID, in.Instance, in.Tenant)
	if errors.Is(err, sql.ErrNoRows) {
		if _, err := q.Instance(ctx, in); err != nil {
			return nil, 0, err
		}
		return nil, 0, apig.ErrInstanceParam("ingress_port_id")
	}
	if err != nil {
		return nil, 0, err
	}
	w := in.where("d")
	w.add("$%[1]d IN (d.http_port, d.https_port)", port.Port)
	w.like("d.name", name, false)
	return page[PortDomain](ctx, q, "d.group_id, g.name AS group_name, d.name AS domain_name",
		"apig.domains d JOIN apig.groups g ON g.instance_id = d.instance_id AND g.id = d.group_id", w, "d.bind_time DESC, d.id", p)
}
