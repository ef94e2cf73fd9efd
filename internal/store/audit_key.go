package store

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/countersign/countersign/internal/review"
)

const (
	auditKeyName    = "countersign-audit" // of the key, in its notes
	auditKeySetting = "audit_key"         // the private key as note.GenerateKey encodes it
	auditKeyPublic  = "audit_key_public"

	maxAuditSize = 1 << 28 // records; a checkpoint of more is no honest one, and to verify it would take minutes
)

// makeAuditKey makes the log's head and its key, if there are none.
func makeAuditKey(ctx context.Context, tx IDB) error {
	_, err := tx.NewRaw("INSERT INTO audit_head (id, size, peaks) VALUES (1, 0, ?) ON CONFLICT (id) DO NOTHING", []byte{}).Exec(ctx)
	if err != nil {
		return translate("head of the audit log", "make", err)
	}
	private, public, err := note.GenerateKey(rand.Reader, auditKeyName)
	if err != nil {
		return fmt.Errorf("make audit key: %w", err)
	}
	result, err := tx.NewRaw("INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING", auditKeySetting, private).Exec(ctx)
	if err != nil {
		return translate("audit key", "store", err)
	}
	if made, err := result.RowsAffected(); made == 0 || err != nil {
		return err
	}
	return PutSetting(ctx, tx, auditKeyPublic, public)
}

// AuditKey returns the public key with which the log's checkpoints are verified, as package note encodes it.
func AuditKey(ctx context.Context, db IDB) (string, error) { return Setting(ctx, db, auditKeyPublic) }

// AuditCheckpoint signs the log as it is in this transaction, stores the signed note and returns it. Like Audit it comes last.
func AuditCheckpoint(ctx context.Context, tx IDB, at time.Time) (string, error) {
	tree, err := lockAuditHead(ctx, tx)
	if err != nil {
		return "", err
	}
	return signAudit(ctx, tx, tree.tree(), at)
}

func signAudit(ctx context.Context, tx IDB, tree tlog.Tree, at time.Time) (string, error) {
	private, err := Setting(ctx, tx, auditKeySetting)
	if err != nil {
		return "", err
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		return "", fmt.Errorf("read audit key: %w", err)
	}
	signed, err := note.Sign(&note.Note{Text: string(tlog.FormatTree(tree))}, signer)
	if err != nil {
		return "", fmt.Errorf("sign audit log: %w", err)
	}
	_, err = tx.NewRaw("INSERT INTO audit_checkpoint (size, at, note) VALUES (?, ?, ?) ON CONFLICT (size) DO NOTHING",
		tree.N, at, string(signed)).Exec(ctx)
	return string(signed), translate("audit checkpoint", "store", err)
}

// openCheckpoint verifies a signed note and returns the tree that it vouches for.
func openCheckpoint(signed, public string) (tlog.Tree, error) {
	verifier, err := note.NewVerifier(strings.TrimSpace(public))
	if err != nil {
		return tlog.Tree{}, review.Errorf(review.Invalid, "The audit log's public key cannot be read.").Because(err)
	}
	opened, err := note.Open([]byte(signed), note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, review.Errorf(review.Invalid, "The checkpoint is not signed by the audit log's key.").Because(err)
	}
	tree, err := tlog.ParseTree([]byte(opened.Text))
	if err != nil || tree.N > maxAuditSize {
		return tlog.Tree{}, review.Errorf(review.Invalid, "The checkpoint is signed but speaks of no log.").Because(err)
	}
	return tree, nil
}
