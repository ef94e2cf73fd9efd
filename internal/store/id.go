package store

import "github.com/google/uuid"

// NewID returns a new UUIDv7. The ids that one process makes sort in the order in which it made them.
func NewID() string { return uuid.Must(uuid.NewV7()).String() }
