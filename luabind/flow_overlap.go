package luabind

import (
	"errors"

	"github.com/go-odp/odp/odp"
)

// overlapSearch is how many flows are looked at for the one that is in the way.
const overlapSearch = 10000

// nameOverlap adds to the refusal of a put which flow is in its way: the one that
// takes the new one's own key. The kernel only says that there is one, and it
// need not look like the new one: that it does not match recirc_id, for one, is
// easily overlooked.
func nameOverlap(d *odp.Datapath, put *odp.Flow, mode odp.PutMode, err error) error {
	var refused *odp.OpError
	inTheWay := errors.Is(err, odp.ErrExist) || mode == odp.PutReplace && errors.Is(err, odp.ErrNotExist)
	if !inTheWay || !errors.As(err, &refused) {
		return err
	}
	n := 0
	for f, e := range d.FlowsOmitting(odp.FlowActions) {
		if n++; e != nil || n > overlapSearch {
			break
		}
		if f.Match.Equal(put.Match) {
			refused.Reason = "the flow is already there"
			break
		}
		if f.Match.Matches(put.Match.Key) {
			refused.Reason = "a flow overlaps it: " + f.Match.String()
			break
		}
	}
	return err
}
