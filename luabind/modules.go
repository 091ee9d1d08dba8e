package luabind

import (
	"slices"

	lua "github.com/yuin/gopher-lua"
)

// buildRegistry lists every row of the Lua API.
func buildRegistry(version string) *registry {
	r := startRegistry(version)
	r.complete()
	return r
}

// startRegistry lists the modules. The rows of classes and shapes are made when they
// are first asked for, as most scripts ask for few.
func startRegistry(version string) *registry {
	values := valueRows()
	odpModule := &Module{
		Name: "odp",
		Doc:  "Open vSwitch kernel datapaths: datapaths, ports, flows, packets that missed, and the event loop.",
		Values: []ModuleValue{
			{Param: Param{Name: "version", Type: "string", Doc: "the version of this program"}, Value: lua.LString(version)},
		},
		Funcs: slices.Concat(
			formatFuncs(), helpFuncs(), aproposFuncs(), jobFuncs(),
			datapathFuncs(), matchFuncs(), filterFuncs(), actionFuncs(), optionFuncs(), ctLimitFuncs(), conntrackFuncs(), psampleFuncs(), loopFuncs(), taskFuncs(), inputFuncs(), signalFuncs(), channelFuncs(), sharedFuncs(), eventFuncs(), featureFuncs(), valueFuncs(values), nameFuncs(), textFuncs(),
		),
	}
	r := newRegistry(nil, nil, []*Module{
		odpModule, netModule(), frameModule(),
		jsonModule(), logModule(), pcapModule(), screenModule(),
	})
	r.values = values
	return r
}

// A shapeMaker makes the shapes of a module.
type shapeMaker struct {
	module string
	make   func() []*Shape
}

// shapeMakers lists the shapes of the Lua API.
func shapeMakers() []shapeMaker {
	return []shapeMaker{
		{"json", jsonShapes}, {"pcap", pcapShapes}, {"screen", screenShapes}, {"net", netShapes}, {"packet", frameShapes},
		{"odp", func() []*Shape {
			return slices.Concat(
				formatShapes(), datapathShapes(), vportShapes(), flowShapes(), filterShapes(), packetShapes(), upcallShapes(), meterShapes(), ctLimitShapes(), conntrackShapes(), psampleShapes(), subscriptionShapes(), valueShapes(), nameShapes(), textShapes(), connectionDetailShapes(),
			)
		}},
	}
}

// A classMaker makes the row of a class, which has the name that it says.
type classMaker struct {
	name string
	make func() *Class
}

// classMakers lists the classes of the Lua API besides those of values.
func classMakers() []classMaker {
	return []classMaker{
		{"json.Null", nullClass},
		{"log.Limit", limitClass},
		{"pcap.Reader", readerClass},
		{"pcap.Writer", writerClass},
		{"screen.Screen", screenClass},
		{"odp.Datapath", datapathClass},
		{"odp.Vport", vportClass},
		{"odp.Flow", flowClass},
		{"odp.Flows", flowsClass},
		{classFilter, filterClass},
		{"odp.Match", matchClass},
		{"odp.Key", keyClass},
		{"odp.KeyFields", partClass},
		{"odp.Actions", actionsClass},
		{"odp.Meter", meterClass},
		{"odp.Connection", connectionClass},
		{"odp.Connections", connectionsClass},
		{"odp.ConntrackStats", conntrackStatsClass},
		{"odp.Sample", sampleClass},
		{"odp.Packet", packetClass},
		{"odp.Handle", handleClass},
		{"odp.Event", eventClass},
		{"odp.Subscription", subscriptionClass},
		{"odp.Feature", featureClass},
		{"odp.Batch", batchClass},
		{"odp.Timer", timerClass},
		{"odp.Task", taskClass},
		{"odp.Job", jobClass},
		{"odp.Input", inputClass},
		{"net.Process", processClass},
		{"odp.SignalHandler", signalClass},
		{"odp.Channel", channelClass},
		{"odp.Listener", listenerClass},
		{"odp.Shared", sharedClass},
		{"odp.Error", errorClass},
		{"net.Namespace", namespaceClass},
		{"net.Link", linkClass},
		{"net.Capture", captureClass},
	}
}
