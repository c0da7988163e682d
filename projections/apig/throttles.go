package apig

import (
	"time"

	"github.com/gatelog/gatelog/domain"
	"github.com/gatelog/gatelog/domain/apig"
	"github.com/gatelog/gatelog/projections"
)

// ThrottleRow is a row of the table throttles. A limit of 0 is none.
type ThrottleRow struct {
	ID             string    `json:"id"`
	Tenant         string    `json:"tenant"`
	InstanceID     string    `json:"instance_id"`
	Name           string    `json:"name"`
	Remark         string    `json:"remark"`
	Type           int       `json:"type"`
	TimeInterval   int       `json:"time_interval"`
	TimeUnit       string    `json:"time_unit"`
	APICallLimits  int       `json:"api_call_limits"`
	UserCallLimits int       `json:"user_call_limits"`
	AppCallLimits  int       `json:"app_call_limits"`
	IPCallLimits   int       `json:"ip_call_limits"`
	Adaptive       string    `json:"enable_adaptive_control"`
	CreateTime     time.Time `json:"create_time"`
}

// SpecialThrottleRow is a row of the table throttle_specials. ObjectKey names the app or tenant over all
// instances.
type SpecialThrottleRow struct {
	ID         string    `json:"id"`
	Tenant     string    `json:"tenant"`
	InstanceID string    `json:"instance_id"`
	ThrottleID string    `json:"throttle_id"`
	ObjectType string    `json:"object_type"`
	ObjectID   string    `json:"object_id"`
	ObjectKey  string    `json:"object_key"`
	CallLimits int       `json:"call_limits"`
	ApplyTime  time.Time `json:"apply_time"`
}

var (
	throttles        = projections.NewTable[ThrottleRow]("throttles", "id")
	throttleSpecials = projections.NewTable[SpecialThrottleRow]("throttle_specials", "id")
)

// applyThrottle says what the events of §3.4, §3.8 and §3.9 change; false for any other event.
func applyThrottle(rec domain.Recorded, c *projections.Changes) bool {
	switch ev := rec.Event.(type) {
	case apig.ThrottleCreated:
		putThrottle(c, rec, ev.Throttle)
	case apig.ThrottleUpdated:
		putThrottle(c, rec, ev.Throttle)
	case apig.ThrottleDeleted:
		throttles.Delete(c, ev.ThrottleID)
		throttleSpecials.DeleteWhere(c, "throttle_id", ev.ThrottleID)
		policyBindings.DeleteWhere(c, "policy_id", ev.ThrottleID)
	case apig.ThrottleBound:
		putBinding(c, rec, apig.FamilyThrottle, ev.Binding)
	case apig.ThrottleUnbound:
		deleteBinding(c, apig.FamilyThrottle, ev.Binding)
	case apig.SpecialThrottleCreated:
		putSpecialThrottle(c, rec, ev.Special)
	case apig.SpecialThrottleUpdated:
		putSpecialThrottle(c, rec, ev.Special)
	case apig.SpecialThrottleDeleted:
		throttleSpecials.Delete(c, ev.Special.ID)
	default:
		return false
	}
	return true
}

func putThrottle(c *projections.Changes, rec domain.Recorded, t apig.Throttle) {
	throttles.Put(c, ThrottleRow{
		ID: t.ID, Tenant: rec.Tenant, InstanceID: t.InstanceID, Name: t.Name, Remark: t.Remark, Type: t.Type,
		TimeInterval: t.TimeInterval, TimeUnit: t.TimeUnit, APICallLimits: t.APICallLimits, UserCallLimits: t.UserCallLimits,
		AppCallLimits: t.AppCallLimits, IPCallLimits: t.IPCallLimits, Adaptive: t.EnableAdaptiveControl, CreateTime: t.CreateTime,
	})
}

func putSpecialThrottle(c *projections.Changes, rec domain.Recorded, sp apig.SpecialThrottle) {
	throttleSpecials.Put(c, SpecialThrottleRow{
		ID: sp.ID, Tenant: rec.Tenant, InstanceID: sp.InstanceID, ThrottleID: sp.ThrottleID, ObjectType: sp.ObjectType,
		ObjectID: sp.ObjectID, ObjectKey: objectKey(sp.ObjectType, sp.ObjectID), CallLimits: sp.CallLimits, ApplyTime: sp.ApplyTime,
	})
}

func objectKey(objectType, objectID string) string { return objectType + "/" + objectID }
