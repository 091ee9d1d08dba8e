package luabind

import "testing"

func TestClassMakers(t *testing.T) {
	for _, m := range classMakers() {
		if got := m.make().Name; got != m.name {
			t.Errorf("class %s is found as %s", got, m.name)
		}
	}
	for _, s := range buildRegistry("").shapes {
		if startRegistry("").shape(s.Name) == nil {
			t.Errorf("shape %s is not found", s.Name)
		}
	}
	r := startRegistry("")
	if r.class("odp.Nothing") != nil || r.shape("odp.Nothing") != nil || r.value("odp.Nothing") != nil {
		t.Error("what is not there is found")
	}
}
