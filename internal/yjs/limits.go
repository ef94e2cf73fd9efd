package yjs

// Defaults of the [Limits]. A report of 100,000 words is about one megabyte as an update.
const (
	defaultUpdateBytes    = 16 << 20 // bytes
	defaultStructs        = 50_000
	defaultDepth          = 64       // levels of one Any or JSON value
	defaultAttributeBytes = 8 << 10  // bytes of one mark's or embed's JSON
	defaultPendingBytes   = 4 << 20  // bytes
	defaultEffort         = 10 << 20 // steps, some 0.1 s
)

// maxDepth bounds Limits.Depth: values are read recursively.
const maxDepth = 1024

// Trusted are limits for bytes of our own making: what a document encoded, what a log holds. They bound nothing but depth.
func Trusted() Limits { return trusted }

// Limits bound what one update may bring. A zero field means its default.
type Limits struct {
	UpdateBytes    int // length of one update; default 16 MiB
	Structs        int // structs in one update, and as many values of arrays, and as many deleted ranges; default 50,000
	Depth          int // nesting of one value; default 64, at most 1,024
	AttributeBytes int // a mark's key and JSON value, or an embed's JSON; default 8 KiB
	PendingBytes   int // what may wait for missing dependencies, deleted ranges at 16 bytes each; default 4 MiB
	Effort         int // steps to find the places of structs inserted at one place; default 10,485,760, some 0.1 s
}

func (l Limits) withDefaults() Limits {
	set := func(n *int, def int) {
		if *n <= 0 {
			*n = def
		}
	}
	set(&l.UpdateBytes, defaultUpdateBytes)
	set(&l.Structs, defaultStructs)
	set(&l.Depth, defaultDepth)
	set(&l.AttributeBytes, defaultAttributeBytes)
	set(&l.PendingBytes, defaultPendingBytes)
	set(&l.Effort, defaultEffort)
	l.Depth = min(l.Depth, maxDepth)
	return l
}
