package odp

import (
	"errors"
	"slices"

	"golang.org/x/sys/unix"
)

// upcallState is what an Upcalls found in the kernel, to be put back.
type upcallState struct {
	// changed tells that dispatch was changed: features and pids are then those
	// of before.
	changed  bool
	features Features
	pids     []uint32
	// vports has the port ids of each vport that was given others.
	vports map[PortNo][]uint32
}

// setPerCPU turns on dispatch by CPU with the sockets' port ids. It returns an
// ErrNotSupported if the kernel has none.
func (u *Upcalls) setPerCPU() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	before, err := u.d.Info()
	if err != nil {
		return err
	}
	features := before.Features | FeaturePerCPU
	after, err := u.d.Set(DatapathChange{Features: &features, PerCPUPIDs: u.pids})
	if err != nil {
		return err
	}
	u.saved = upcallState{changed: true, features: before.Features, pids: before.PerCPUPIDs}
	if after.Features&FeaturePerCPU == 0 {
		return errors.Join(ErrNotSupported, u.restore())
	}
	return nil
}

// setPerVport turns off dispatch by CPU, if it is on, and gives the sockets'
// port ids to each vport.
func (u *Upcalls) setPerVport() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	before, err := u.d.Info()
	if err != nil {
		return err
	}
	u.saved = upcallState{vports: map[PortNo][]uint32{}}
	if before.Features&FeaturePerCPU != 0 {
		features := before.Features &^ FeaturePerCPU
		if _, err := u.d.Set(DatapathChange{Features: &features}); err != nil {
			return err
		}
		u.saved.changed = true
		u.saved.features, u.saved.pids = before.Features, before.PerCPUPIDs
	}
	return u.setVports()
}

// maxMeddlers is how often dispatch is set again. Two programs that each want
// their own way would otherwise go on for ever.
const maxMeddlers = 100

// keepDispatch sets dispatch again if features show that another program
// changed it.
func (u *Upcalls) keepDispatch(features Features) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.released || (features&FeaturePerCPU != 0) == u.perCPU {
		return nil
	}
	if u.meddlers++; u.meddlers > maxMeddlers {
		err := u.opError(unix.EBUSY)
		err.Reason = "another program keeps changing how upcalls are dispatched"
		return err
	}
	change := DatapathChange{Features: new(Features)}
	if u.perCPU {
		*change.Features, change.PerCPUPIDs = features|FeaturePerCPU, u.pids
	} else {
		*change.Features = features &^ FeaturePerCPU
	}
	_, err := u.d.Set(change)
	return err
}

// resync makes up for lost events.
func (u *Upcalls) resync() error {
	info, err := u.d.Info()
	if err != nil {
		return err
	}
	if err := u.keepDispatch(info.Features); err != nil {
		return err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.released || u.perCPU {
		return nil
	}
	return u.setVports()
}

// setVports gives the port ids to every vport that does not have them. The
// caller holds u.mu.
func (u *Upcalls) setVports() error {
	vports, err := u.d.Vports()
	if err != nil && !errors.Is(err, ErrDumpInterrupted) {
		return err
	}
	for _, v := range vports {
		if err := u.setVport(v); err != nil {
			return err
		}
	}
	return nil
}

// setVport gives the port ids to one vport, which may be gone by now, and
// remembers those that it had. One that was created with them, as
// [Upcalls.PIDs] allows, has none to go back to. The caller holds u.mu.
func (u *Upcalls) setVport(v *Vport) error {
	if len(v.pids) > 0 && slices.Contains(u.pids, v.pids[0]) {
		if _, ok := u.saved.vports[v.number]; !ok { // created with them
			u.saved.vports[v.number] = nil
		}
		return nil
	}
	if err := v.setUpcallPIDs(u.pids); err != nil {
		if errors.Is(err, ErrNotExist) {
			return nil
		}
		return err
	}
	u.saved.vports[v.number] = v.pids
	return nil
}

// vportEvent follows the vports that come and go.
func (u *Upcalls) vportEvent(ev *Event) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	switch {
	case u.released || u.perCPU:
		return nil
	case ev.Kind == EventNew:
		v := *ev.Vport
		v.d = u.d // knows the name
		return u.setVport(&v)
	case ev.Kind == EventDel:
		delete(u.saved.vports, ev.Vport.number)
	}
	return nil
}

// restore puts back what was saved. The caller holds u.mu.
func (u *Upcalls) restore() error {
	saved := u.saved
	u.saved = upcallState{}
	var errs []error
	for n, pids := range saved.vports {
		err := (&Vport{d: u.d, name: "port", number: n}).setUpcallPIDs(pids)
		if err != nil && !errors.Is(err, ErrNotExist) {
			errs = append(errs, err)
		}
	}
	if saved.changed {
		errs = append(errs, u.restoreDispatch(saved))
	}
	return errors.Join(errs...)
}

// restoreDispatch puts back dispatch by CPU as it was, and leaves the features
// that others may have changed meanwhile. Port ids are taken only while it is
// on, so where it was off they are cleared before it goes.
func (u *Upcalls) restoreDispatch(saved upcallState) error {
	now, err := u.d.Info()
	if err != nil {
		return err
	}
	on, off := now.Features|FeaturePerCPU, now.Features&^FeaturePerCPU
	pids := saved.pids
	if len(pids) == 0 {
		pids = []uint32{0}
	}
	if _, err := u.d.Set(DatapathChange{Features: &on, PerCPUPIDs: pids}); err != nil {
		return err
	}
	if saved.features&FeaturePerCPU == 0 {
		_, err = u.d.Set(DatapathChange{Features: &off})
	}
	return err
}
