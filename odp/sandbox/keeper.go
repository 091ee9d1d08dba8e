package sandbox

func keeperMain() {}
