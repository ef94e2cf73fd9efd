package review

import (
	"errors"
	"fmt"
)

// Code says what kind of thing went wrong. web has one table from codes to HTTP statuses, cmd one to exit codes.
type Code string

// Every Error has one of these codes. What has none is a defect of ours and is shown as an internal error.
const (
	Invalid         Code = "invalid"         // what was sent is malformed or breaks a rule of its own
	Unauthenticated Code = "unauthenticated" // nobody is signed in, or the session or token has ended
	StepUp          Code = "step_up"         // signed in, but the proof of identity is too old for this act
	Forbidden       Code = "forbidden"       // signed in, and not allowed; Detail holds all reasons
	NotFound        Code = "not_found"       // there is none, or the member may not know of it
	Conflict        Code = "conflict"        // it clashes with something that exists
	Stale           Code = "stale"           // it changed since the client read it
	Unprocessable   Code = "unprocessable"   // well formed, but cannot be done with this object as it is now
	TooLarge        Code = "too_large"       // larger than the limit
	TooMany         Code = "too_many"        // too often, or more than the limit; try later
	Unavailable     Code = "unavailable"     // the database or another part cannot answer now; trying again may help
	Unsupported     Code = "unsupported"     // a format, database or schema that this version cannot work with
)

// Error is what a person can act on. Its message is a sentence that may be shown to them; the error that it wraps, if any,
// is for the log only.
type Error struct {
	Code    Code
	Message string
	Detail  any // goes to the client as JSON beside the message: the reasons of a refusal, the lines that are wrong
	cause   error
}

// Errorf makes an Error. The format may wrap a cause with %w; the cause then belongs to the message's last words, so
// prefer Because, which keeps it out of the message.
func Errorf(code Code, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	return &Error{Code: code, Message: err.Error(), cause: errors.Unwrap(err)}
}

// Because returns a copy of e that wraps cause and shows nothing of it.
func (e *Error) Because(cause error) *Error {
	because := *e
	because.cause = cause
	return &because
}

// With returns a copy of e that carries detail.
func (e *Error) With(detail any) *Error {
	with := *e
	with.Detail = detail
	return &with
}

func (e *Error) Error() string {
	if e.cause == nil {
		return e.Message
	}
	return e.Message + " (" + e.cause.Error() + ")"
}

func (e *Error) Unwrap() error { return e.cause }

// CodeOf returns the code of the first Error in err's chain, "" if there is none.
func CodeOf(err error) Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return ""
}
