#!/usr/bin/env bash
# From an empty server to a working desk, by curl alone.
#   tests/walkthrough.sh BASE SETUP-LINK
# A Go test runs it on SQLite and on PostgreSQL. It needs bash, curl and sed.
set -euo pipefail
api=$1/api/v1 secret=${2##*/}
jar=$(mktemp -d)
trap 'rm -rf "$jar"' EXIT

# call COOKIES EXPECTED-STATUS METHOD PATH [BODY [HEADER]]: prints the answer; fails on any other status.
call() {
	local answer
	answer=$(curl --silent --show-error --cookie "$jar/$1" --cookie-jar "$jar/$1" --write-out '\n%{http_code}' --request "$3" "$api$4" \
		--header 'Content-Type: application/json' ${5:+--data "$5"} ${6:+--header "$6"})
	[ "${answer##*$'\n'}" = "$2" ] || { echo "$3 $4: expected $2, got: $answer" >&2; return 1; }
	echo "${answer%$'\n'*}"
}
# field NAME: the first string of that name in the JSON that comes in.
field() { sed -E "s/.*\"$1\":\"([^\"]*)\".*/\1/"; }
# first NAME: the same, but the first of several.
first() { grep -oE "\"$1\":\"[^\"]*\"" | sed -n 1p | field "$1"; }
says() { grep -F -- "$1" >/dev/null || { echo "the answer lacks: $1" >&2; return 1; }; }

# 1 the first admin, and with them the first desk
call admin 201 POST /setup '{"secret":"'"$secret"'","name":"Sana Ibarra","email":"sana@courier.example","password":"lantern gravel oboe fjord","desk":"Verification desk"}' >/dev/null
# 2 the link works once
call nobody 404 POST /setup '{"secret":"'"$secret"'","name":"Eve","email":"eve@example.org","password":"lantern gravel oboe fjord","desk":"Mine"}' | says 'was used'
# 3 another desk
desk=$(call admin 201 POST /desks '{"name":"Data desk"}' 'Idempotency-Key: 0d9e3b52-6a4e-4f1b-9a77-walkthrough' | first id)
# 4 the same request again makes no second one
[ "$desk" = "$(call admin 201 POST /desks '{"name":"Data desk"}' 'Idempotency-Key: 0d9e3b52-6a4e-4f1b-9a77-walkthrough' | first id)" ]
# 5–12 four members by invitation
for member in ana:writer ben:editor ines:senior kofi:chief; do
	name=${member%:*} role=${member#*:}
	link=$(call admin 201 POST "/desks/$desk/invitations" '{"email":"'"$name"'@courier.example","roles":["'"$role"'"]}' | first secret)
	call "$name" 201 POST /invitations/accept '{"secret":"'"$link"'","name":"'"${name^}"' Example","password":"'"$name"' walks past quiet harbours"}' | says "\"$role\""
done
# 13 who they are
members=$(call ana 200 GET "/desks/$desk/members")
echo "$members" | says '"name":"Kofi Example"'
# 14 a common password is refused, and the answer says why
call admin 422 PUT /me/password '{"current":"lantern gravel oboe fjord","password":"password123456"}' | says 'tried first'
# 15 a token that may only read
token=$(call admin 201 POST "/desks/$desk/tokens" '{"name":"dashboard","acts":["read"]}' | first secret)
# 16 it reads
call none 200 GET "/desks/$desk/members" '' "Authorization: Bearer $token" | says 'ines@courier.example'
# 17 and does nothing else
call none 403 GET "/desks/$desk/policy" '' "Authorization: Bearer $token" | says 'out_of_scope'
# 18 the policy, and its version
policy=$(call admin 200 GET "/desks/$desk/policy" | sed -E 's/.*"policy":"(([^"\\]|\\.)*)".*/\1/')
# 19 a revision with an error, which is told with its line
bad=$(printf '%s' "$policy" | sed 's/\\np, role:reader, /\\np, role:redaer, /')
call admin 422 PUT "/desks/$desk/policy" '{"policy":"'"$bad"'"}' 'If-Match: "0"' | says '"line":17'
# 20 one without: on this desk commenters may start reports, too
good="$policy"'p, role:commenter, *, desk, create_report, always, allow\n'
call admin 200 PUT "/desks/$desk/policy" '{"policy":"'"$good"'","note":"commenters start reports"}' 'If-Match: "0"' | says '"number":1'
# 21 the simulator answers by the new one
call kofi 200 POST "/desks/$desk/policy/simulate" '{"roles":["commenter"],"act":"create_report"}' | says '"allowed":true'
# 22 why may Ana not sign, and who may?
ana=$(echo "$members" | grep -oE '"member":"[^"]*"[^}]*"email":"ana@' | first member)
call admin 200 GET "/desks/$desk/members/$ana/permissions?act=sign" | says 'Ines Example'
# 23 Ana tries to invite somebody: refused, with the reason and who could
call ana 403 POST "/desks/$desk/invitations" '{"email":"eve@example.org","roles":["chief"]}' | says 'Sana Ibarra'
# 24 Ana signs in on a second machine
call ana2 201 POST /session '{"email":"ana@courier.example","password":"ana walks past quiet harbours"}' >/dev/null
# 25 sees both of her sessions from there
here=$(call ana2 200 GET /me/sessions | grep -oE '\{"id":"[^}]*"current":false\}' | first id)
# 26 ends the other one
call ana2 204 DELETE "/me/sessions/$here" >/dev/null
# 27 which is over at once
call ana 401 GET /me | says 'has ended'
# 28 all of it is in the log, and the log is whole
call admin 200 GET "/audit/verification?desk=$desk" | says '"faults":[]'
echo done
