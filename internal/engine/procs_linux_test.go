package engine

// diesWithParent: the kernel stops the server when its process ends.
const diesWithParent = true
