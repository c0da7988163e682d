package apig

import (
	"fmt"
	"testing"
)

func BenchmarkPlanOfAGroupAmong50000(b *testing.B) {
	var h history
	for g := range 50 {
		group := fmt.Sprintf("g%d", g)
		h = append(h, aGroup(group, group)...)
		for n := range 1000 {
			id := fmt.Sprintf("a%d-%d", g, n)
			h = append(h, anAPI(id, group, id, fmt.Sprintf("GET /p%d", n))...)
		}
	}
	s := given(gateway(), h).state()
	d, _, err := s.Declare(moment(), Declare{InstanceID: gw, Group: "g7"})
	if err != nil {
		b.Fatal(err)
	}
	b.Run("fork", func(b *testing.B) {
		for b.Loop() {
			s.fork(s.instances[gw])
		}
	})
	b.Run("plan", func(b *testing.B) {
		for b.Loop() {
			if plan, _, err := s.ApplyDeclaration(moment(), ApplyDeclaration{InstanceID: gw, Declaration: d, DryRun: true}); err != nil || plan.Events > 0 {
				b.Fatal(plan, err)
			}
		}
	})
}
