package main

import (
	"bufio"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/countersign/countersign/internal/review"
	"github.com/countersign/countersign/internal/workflow"
)

type memberCmd struct {
	Add      memberAdd      `cmd:"" help:"Add somebody to a desk. A password is made up and printed, unless one comes on standard input."`
	List     memberList     `cmd:"" help:"List the members of a desk, or everybody."`
	Role     memberRole     `cmd:"" help:"Set somebody's roles on a desk."`
	Password memberPassword `cmd:"" help:"Give somebody a new password and end their sessions."`
	Disable  memberDisable  `cmd:"" help:"Keep somebody from signing in and end their sessions."`
	Enable   memberEnable   `cmd:"" help:"Let somebody sign in again."`
}

type memberAdd struct {
	Email         string   `arg:"" help:"E-mail address."`
	Name          string   `help:"Name of a new member."`
	Desk          string   `required:"" help:"Slug or id of the desk."`
	Role          []string `required:"" help:"Roles: reader, commenter, writer, editor, senior, chief, admin."`
	PasswordStdin bool     `help:"Read the password from standard input."`
}

// Run adds somebody.
func (a memberAdd) Run(ctx context.Context, m *Main, line *cli) error {
	return line.withHouse(ctx, m, func(flow *workflow.Workflow, actor workflow.Actor) error {
		desk, err := flow.FindDesk(ctx, a.Desk)
		if err != nil {
			return err
		}
		given, err := m.password(a.PasswordStdin)
		if err != nil {
			return err
		}
		member, password, err := flow.AddMember(ctx, actor, workflow.AddedMember{
			Desk: desk.ID, Email: a.Email, Name: a.Name, Password: given, Roles: rolesOf(a.Role),
		})
		if err != nil {
			return err
		}
		return m.printMember(member, password, given, fmt.Sprintf("%s is a member of %s.", member.Email, desk.Name))
	})
}

// password reads one from standard input, if asked to.
func (m *Main) password(stdin bool) (string, error) {
	if !stdin {
		return "", nil
	}
	scanner := bufio.NewScanner(m.Stdin)
	if !scanner.Scan() || scanner.Text() == "" {
		return "", usageError("--password-stdin, but no password came on standard input")
	}
	return scanner.Text(), nil
}

// printMember tells a password only if it was made up here.
func (m *Main) printMember(member review.Member, password, given, said string) error {
	answer := struct {
		review.Member
		Password string `json:"password,omitempty"`
	}{Member: member}
	lines := []string{said}
	if password != "" && given == "" {
		answer.Password = password
		lines = append(lines, "Password, shown this once: "+password)
	}
	return m.print(answer, lines...)
}

func rolesOf(names []string) []review.Role {
	roles := make([]review.Role, len(names))
	for i, name := range names {
		roles[i] = review.Role(name)
	}
	return roles
}

type memberList struct {
	Desk string `help:"Slug or id of a desk; everybody if it is left out."`
}

// Run lists, a page at a time.
func (l memberList) Run(ctx context.Context, m *Main, line *cli) error {
	return line.withHouse(ctx, m, func(flow *workflow.Workflow, actor workflow.Actor) error {
		desk := ""
		if l.Desk != "" {
			found, err := flow.FindDesk(ctx, l.Desk)
			if err != nil {
				return err
			}
			desk = found.ID
		}
		for page := (review.Page{Limit: review.MaxPage}); ; {
			next, err := m.listMembers(ctx, flow, actor, desk, page)
			if page.After = next; err != nil || next == "" {
				return err
			}
		}
	})
}

func (m *Main) listMembers(ctx context.Context, flow *workflow.Workflow, actor workflow.Actor, desk string, page review.Page) (next string, err error) {
	if desk == "" {
		members, next, err := flow.Everybody(ctx, page)
		for _, member := range members {
			if err := m.print(member, fmt.Sprintf("%-32s %s", member.Email, member.Name)); err != nil {
				return "", err
			}
		}
		return next, err
	}
	members, next, err := flow.Members(ctx, actor, desk, page)
	for _, member := range members {
		roles := make([]string, len(member.Roles))
		for i, role := range member.Roles {
			roles[i] = string(role)
		}
		if err := m.print(member, fmt.Sprintf("%-32s %-24s %s", member.Email, member.Name, strings.Join(roles, " "))); err != nil {
			return "", err
		}
	}
	return next, err
}

type memberRole struct {
	Email string   `arg:"" help:"E-mail address."`
	Role  []string `arg:"" help:"The roles that they shall have, and no others."`
	Desk  string   `required:"" help:"Slug or id of the desk."`
}

// Run sets roles.
func (r memberRole) Run(ctx context.Context, m *Main, line *cli) error {
	return line.withHouse(ctx, m, func(flow *workflow.Workflow, actor workflow.Actor) error {
		desk, err := flow.FindDesk(ctx, r.Desk)
		if err != nil {
			return err
		}
		member, err := flow.FindMember(ctx, r.Email)
		if err != nil {
			return err
		}
		place, err := flow.Member(ctx, actor, desk.ID, member.ID)
		if err != nil {
			return err
		}
		place, err = flow.SetRoles(ctx, actor, workflow.At{Desk: desk.ID, Member: member.ID}, rolesOf(r.Role), place.Version)
		if err != nil {
			return err
		}
		return m.print(place, fmt.Sprintf("%s is %s on %s.", member.Email, strings.Join(r.Role, " and "), desk.Name))
	})
}

type memberPassword struct {
	Email         string `arg:"" help:"E-mail address."`
	PasswordStdin bool   `help:"Read the password from standard input."`
}

// Run sets a password.
func (p memberPassword) Run(ctx context.Context, m *Main, line *cli) error {
	return line.withHouse(ctx, m, func(flow *workflow.Workflow, actor workflow.Actor) error {
		member, err := flow.FindMember(ctx, p.Email)
		if err != nil {
			return err
		}
		given, err := m.password(p.PasswordStdin)
		if err != nil {
			return err
		}
		password, err := flow.SetPassword(ctx, actor, member, given)
		if err != nil {
			return err
		}
		return m.printMember(member, password, given, member.Email+" has a new password; their sessions have ended.")
	})
}

type (
	memberDisable struct {
		Email string `arg:"" help:"E-mail address."`
	}
	memberEnable struct {
		Email string `arg:"" help:"E-mail address."`
	}
)

// Run disables.
func (d memberDisable) Run(ctx context.Context, m *Main, line *cli) error {
	return disable(ctx, m, line, d.Email, true)
}

// Run enables.
func (e memberEnable) Run(ctx context.Context, m *Main, line *cli) error {
	return disable(ctx, m, line, e.Email, false)
}

func disable(ctx context.Context, m *Main, line *cli, email string, disabled bool) error {
	return line.withHouse(ctx, m, func(flow *workflow.Workflow, actor workflow.Actor) error {
		member, err := flow.FindMember(ctx, email)
		if err != nil {
			return err
		}
		if member, err = flow.Disable(ctx, actor, member, disabled); err != nil {
			return err
		}
		return m.print(member, fmt.Sprintf("%s %s.", member.Email, map[bool]string{true: "cannot sign in any more", false: "can sign in again"}[disabled]))
	})
}

type tokenCmd struct {
	Create tokenCreate `cmd:"" help:"Make an API token. Its secret is printed this once."`
}

type tokenCreate struct {
	Name   string   `arg:"" help:"What it is for."`
	Desk   string   `required:"" help:"Slug or id of the desk."`
	Member string   `required:"" help:"E-mail of the member whose rights it borrows."`
	Act    []string `required:"" help:"What it may do, such as read or import."`
	Days   int      `default:"90" help:"Days until it expires, 366 at most. Default: ${default}."`
}

// Run makes a token.
func (t tokenCreate) Run(ctx context.Context, m *Main, line *cli) error {
	return line.withHouse(ctx, m, func(flow *workflow.Workflow, actor workflow.Actor) error {
		desk, err := flow.FindDesk(ctx, t.Desk)
		if err != nil {
			return err
		}
		member, err := flow.FindMember(ctx, t.Member)
		if err != nil {
			return err
		}
		acts := make([]review.Act, len(t.Act))
		for i, act := range t.Act {
			acts[i] = review.Act(act)
		}
		token, secret, err := flow.CreateToken(ctx, actor, workflow.NewToken{
			Desk: desk.ID, Member: member.ID, Name: t.Name, Acts: acts, ExpiresAt: time.Now().AddDate(0, 0, t.Days),
		})
		if err != nil {
			return err
		}
		return m.print(struct {
			review.Token
			Secret string `json:"secret"`
		}{token, secret}, "Token, shown this once: "+secret)
	})
}
