package luabind

import (
	"slices"

	lua "github.com/yuin/gopher-lua"
)

// buildRegistry lists every row of the Lua API.
func buildRegistry(version string) *registry {
	values := valueRows()
	odpModule := &Module{
		Name: "odp",
		Doc:  "Open vSwitch kernel datapaths: datapaths, ports, flows, packets that missed, and the event loop.",
		Values: []ModuleValue{
			{Param: Param{Name: "version", Type: "string", Doc: "the version of this program"}, Value: lua.LString(version)},
		},
		Funcs: slices.Concat(
			formatFuncs(), helpFuncs(),
			datapathFuncs(), matchFuncs(), actionFuncs(), optionFuncs(), ctLimitFuncs(), conntrackFuncs(), psampleFuncs(), loopFuncs(), taskFuncs(), inputFuncs(), signalFuncs(), channelFuncs(), sharedFuncs(), eventFuncs(), featureFuncs(), valueFuncs(values), nameFuncs(), textFuncs(),
		),
	}
	return newRegistry(
		append(valueClasses(values),
			nullClass(), limitClass(), readerClass(), writerClass(), screenClass(),
			datapathClass(), vportClass(), flowClass(), flowsClass(), matchClass(), keyClass(), partClass(), actionsClass(),
			meterClass(), connectionClass(), connectionsClass(), conntrackStatsClass(), sampleClass(),
			packetClass(), handleClass(), eventClass(), subscriptionClass(), featureClass(), batchClass(), timerClass(), taskClass(), inputClass(), processClass(), signalClass(), channelClass(), listenerClass(), sharedClass(), errorClass(), namespaceClass(), linkClass(), captureClass(),
		),
		slices.Concat(
			formatShapes(), jsonShapes(), pcapShapes(), screenShapes(),
			datapathShapes(), vportShapes(), flowShapes(), packetShapes(), upcallShapes(), meterShapes(), ctLimitShapes(), conntrackShapes(), psampleShapes(), subscriptionShapes(), netShapes(), frameShapes(), valueShapes(), nameShapes(), textShapes(), connectionDetailShapes(),
		),
		[]*Module{
			odpModule, netModule(), frameModule(),
			jsonModule(), logModule(), pcapModule(), screenModule(),
		},
		values,
	)
}
