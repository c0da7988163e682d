package apig

import (
	"strings"

	"github.com/gatelog/gatelog/domain"
)

// InstanceOrder is the order of an instance that is paid for in advance (public SDK, CreateOrder). Gatelog
// takes no money: it keeps what was agreed.
type InstanceOrder struct {
	ID                 string `json:"order_id"`
	ProductID          string `json:"product_id,omitempty"`
	PaymentMode        string `json:"payment_mode,omitempty"`
	PeriodType         int    `json:"period_type,omitempty"` // 2 months, 3 years
	PeriodNum          int    `json:"period_num,omitempty"`
	IsAutoRenew        int    `json:"is_auto_renew,omitempty"`
	PromotionID        string `json:"promotion_id,omitempty"`
	PromotionPlanID    string `json:"promotion_plan_id,omitempty"`
	PromotionInfo      string `json:"promotion_info,omitempty"`
	CompositeProductID string `json:"composite_product_id,omitempty"`
}

// OrderInstance asks for an instance that is paid for in advance (public SDK, CreateOrder). It is created
// as any other.
type OrderInstance struct {
	Body    OrderBody `json:"body"`
	Offered []string  `json:"offered,omitempty"` // see CreateInstance
}

// OrderBody is the body of CreateOrder in the public SDK.
type OrderBody struct {
	ProductID          string        `json:"product_id,omitempty" maxLength:"255" doc:"Product."`
	ChargingMode       *int          `json:"charging_mode,omitempty" minimum:"0" maximum:"1" doc:"1 (default): paid for in advance; 0: paid for by use."`
	PaymentMode        string        `json:"payment_mode,omitempty" enum:"ALL_UPFRONT" doc:"ALL_UPFRONT."`
	PeriodType         int           `json:"period_type,omitempty" minimum:"2" maximum:"3" doc:"2: months, 3: years."`
	PeriodNum          int           `json:"period_num,omitempty" minimum:"1" maximum:"9" doc:"Months or years."`
	IsAutoRenew        *int          `json:"is_auto_renew,omitempty" minimum:"0" maximum:"1" doc:"1: renewed when the time is over."`
	PromotionID        string        `json:"promotion_id,omitempty" maxLength:"255" doc:"Kept with the order."`
	PromotionPlanID    string        `json:"promotion_plan_id,omitempty" maxLength:"255" doc:"Kept with the order."`
	PromotionInfo      string        `json:"promotion_info,omitempty" maxLength:"1024" doc:"Kept with the order."`
	CompositeProductID string        `json:"composite_product_id,omitempty" maxLength:"255" doc:"Kept with the order."`
	InstanceInfo       *InstanceBody `json:"instance_info,omitempty" doc:"The instance; required."`
}

// OrderResize changes the specification of an instance that is paid for in advance (public SDK,
// CreatePrepayResize).
type OrderResize struct {
	InstanceID string          `json:"instance_id"`
	Body       OrderResizeBody `json:"body"`
	Offered    []string        `json:"offered,omitempty"` // see CreateInstance
}

// OrderResizeBody is the body of CreatePrepayResize in the public SDK.
type OrderResizeBody struct {
	InstanceID string      `json:"instance_id,omitempty" maxLength:"65" doc:"The instance, as in the path."`
	ProductID  string      `json:"product_id,omitempty" maxLength:"255" doc:"Product."`
	ResizeInfo *ResizeBody `json:"resize_info,omitempty" doc:"The specification; required."`
}

// The charging modes of APIG V2 §3.23.2.
const (
	chargedByUse     = 0
	chargedInAdvance = 1
)

// ChargingMode says how an instance is paid for: 0 by use, 1 in advance.
func (i Instance) ChargingMode() int {
	if i.Order == nil {
		return chargedByUse
	}
	return chargedInAdvance
}

// OrderInstance decides on the command of that name. Errors: APIC.7211; those of CreateInstance.
func (s *State) OrderInstance(m *domain.Moment, c OrderInstance) (JobStarted, []domain.Event, error) {
	if bad := domain.Check(c.Body); bad != nil {
		return JobStarted{}, nil, ErrInstanceParam(bad.Path)
	}
	if c.Body.InstanceInfo == nil {
		return JobStarted{}, nil, ErrInstanceParam("instance_info")
	}
	i, err := s.newInstance(m, CreateInstance{Body: *c.Body.InstanceInfo, Offered: c.Offered})
	if err != nil {
		return JobStarted{}, nil, err
	}
	order := c.Body.order(m)
	if mode := c.Body.ChargingMode; mode == nil || *mode == chargedInAdvance {
		i.Order = &order
	}
	return JobStarted{InstanceID: i.ID, JobID: i.JobID, OrderID: order.ID}, created(i), nil
}

func (b OrderBody) order(m *domain.Moment) InstanceOrder {
	o := InstanceOrder{
		ID: newOrderID(m), ProductID: b.ProductID, PaymentMode: b.PaymentMode, PeriodType: b.PeriodType, PeriodNum: b.PeriodNum,
		PromotionID: b.PromotionID, PromotionPlanID: b.PromotionPlanID, PromotionInfo: b.PromotionInfo, CompositeProductID: b.CompositeProductID,
	}
	put(&o.IsAutoRenew, b.IsAutoRenew)
	return o
}

// newOrderID returns an id in the form that clients know: CS, and capital letters and digits.
func newOrderID(m *domain.Moment) string { return "CS" + strings.ToUpper(m.NewID()) }

// OrderResize decides on the command of that name. Errors: APIC.7211; APIC.7302; APIC.7701; APIC.7301,
// 7707 and 7243 for a specification that the instance cannot change to; APIC.7243 for an instance that
// is paid for by use.
func (s *State) OrderResize(m *domain.Moment, c OrderResize) (JobStarted, []domain.Event, error) {
	in, err := s.changeable(c.InstanceID, c.Body)
	switch {
	case err != nil:
		return JobStarted{}, nil, err
	case c.Body.InstanceID != "" && c.Body.InstanceID != c.InstanceID:
		return JobStarted{}, nil, ErrInstanceParam("instance_id")
	case c.Body.ResizeInfo == nil:
		return JobStarted{}, nil, ErrInstanceParam("resize_info")
	case in.Order == nil:
		return JobStarted{}, nil, ErrResizeUnsupported()
	}
	t := InstanceTask{OrderID: newOrderID(m), ProductID: c.Body.ProductID, SpecID: c.Body.ResizeInfo.SpecID}
	return in.resize(m, t, c.Offered)
}
