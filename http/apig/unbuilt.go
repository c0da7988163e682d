package apig

// unbuilt lists the operations of the reference that this version does not serve yet: section, name in
// the public SDK, method, path behind rootPath, and the action that will allow it.
var unbuilt = []struct{ section, id, method, path, action string }{}
