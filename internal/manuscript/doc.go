// Package manuscript knows what a report's text means: it reads the text, in Quill's delta form, as findings, claims,
// citations, plain stretches and comment anchors, says what of a claim is bound, and computes edits that the server makes
// on a member's behalf. It is pure: it writes nothing, and never needs the document that the text comes from.
//
// # The text
//
// A report is one flat text. A block is its text and one "\n", whose attributes say what the block is: header 1 to 3, list
// "bullet" or "ordered", blockquote, indent 1 to 8; anything else is a paragraph. The last "\n" may be missing and is treated
// as present; so an empty text is one empty paragraph. Positions count UTF-16 units, an embed is one.
//
// Blocks make parts. The first block, as header 1, is the title. A block with finding: <id> or section: "summary" or "notes"
// starts a part that goes on to the next start. Blocks before the first start, but the title, are a notes part without a
// heading. A finding's number is its position among the findings, its id is stable.
//
// Inline, claim:<id>, plain:<id> and comment:<thread> mark text if their value is true; every other value is no mark. A mark
// on a "\n" counts for nothing. cite: {id, source} makes the text under it one citation: a maximal stretch within a block
// with equal id and source. strike counts unless it is false or null, link if it is a string. What is unknown is ignored, and
// a wrong value is as none, so that text is never lost: a cite without a source leaves its text to be read as text.
//
// # Ids
//
// Every claim, plain stretch, citation and finding has an id in the text, a UUID. Nothing keeps an id from standing twice: a
// paste, or a block cut in two, copies it. Then the first in document order owns it and the others are known as <id>~2,
// <id>~3 (a number that is taken as an id of its own is passed over). Nothing is written; somebody has to mend it.
//
// For claims and plain stretches, pieces in one part are pieces of one: text without the mark stands between them, and
// whoever slipped it in changed the claim. A piece in a further part, that no piece joins to the first, is the id standing
// again: what was pasted into another finding must neither take the claim's sign-offs nor end them. A piece that runs from
// one part into the next keeps both together: the claim lies across findings. For citations every stretch stands by itself.
//
// # What needs attention
//
// What the rules above can read but nobody can sign carries one or more [Attention]: a claim that is empty, in pieces,
// across findings, or under an id that stands twice or is none; a citation without a source or with words under it; a
// heading that lost its level. It blocks the gate until a member mends it. What only SQL can know, that an id belongs to
// another report or a source does not exist, is not told here.
//
// # Canonical content
//
// [review.Content] says what of a claim counts. Each block's share of a piece can be made by itself, because white space
// beside a block end goes; so it is kept with the block and put together per claim.
//
// # Change
//
// A [Manuscript] never changes and may be read by many. [Read] makes one from a whole text, [Manuscript.Update] the next one
// from a change: blocks that the change leaves alone are shared, with all that was read in them, the others are read anew;
// then one pass over the marks, not over the text, puts positions, pieces and numbers together. Both give the same.
package manuscript
