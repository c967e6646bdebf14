
# What follows is the same in every script and holds nothing of the app.

say() { printf '%s\n' "$*" >&2; }
stop() {
    say "stopped: $*"
    exit 1
}
is_guid() { [[ $1 =~ ^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$ ]]; }

is_guid "$client_id" || stop "put the app's client id into client_id at the head of this script"
[[ $tenant =~ ^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$ && $tenant != REPLACE* ]] ||
    stop "put the tenant (its id or a verified domain) into tenant at the head of this script"

mode=${1:-apply}
state_file=${2:-}
force=${3:-}
case $mode in
    apply | preview) [ $# -le 1 ] || stop "usage: $0 [apply | preview | restore STATE_FILE [force]]" ;;
    restore)
        [ -n "$state_file" ] || stop "restore needs the state file that was written before the change"
        [ -z "$force" ] || [ "$force" = force ] || stop "the word after the state file can only be: force"
        ;;
    *) stop "usage: $0 [apply | preview | restore STATE_FILE [force]]" ;;
esac
for command in jq "${needs[@]}"; do
    command -v "$command" >/dev/null || stop "this script needs $command"
done

umask 077
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

readonly tries=10
first_wait=${RETRY_SECONDS:-2}
[[ $first_wait =~ ^[0-9]{1,3}$ ]] || stop "RETRY_SECONDS is a number of seconds"
status=0
retry_after=''

# Waits before try number $1 + 1: as long as the answer asks for, up to two minutes, else longer each time.
wait_for() {
    local seconds=$retry_after
    if ! [[ $seconds =~ ^[0-9]{1,6}$ ]]; then
        seconds=$((first_wait * $1))
    fi
    [ "$seconds" -le 120 ] || seconds=120
    sleep "$seconds"
}

# call METHOD PATH [BODY]: asks Microsoft Graph. The answer is in $work/answer, its status in $status.
call() {
    local method=$1 url=$2 body=${3:-} try
    case $url in
        /*) url="$graph/v1.0$url" ;;
        "$graph"/*) ;;
        *) stop "an answer of $graph leads away from it" ;;
    esac
    for ((try = 1; try <= tries; try++)); do
        retry_after=''
        : >"$work/answer"
        printf '%s' "$body" >"$work/body"
        send "$method" "$url"
        case $status in
            429 | 502 | 503 | 504) wait_for "$try" ;;
            *) return ;;
        esac
    done
}

# The error of the last answer, without what would act on a terminal.
error_text() {
    local text
    text=$(jq -r '"\(.error.code // "no code"): \(.error.message // "no message")"' "$work/answer" 2>/dev/null) ||
        text=$(head -c 600 "$work/answer")
    printf '%s' "$text" | LC_ALL=C tr -d '\000-\037\177'
}

refused() {
    say "Microsoft Graph answered ${status/#0/nothing that is known} to $1: $(error_text)"
    unmark
    case $status in
        401) stop "sign in again: the token is missing, of another cloud or out of date" ;;
        403) stop "this takes: $role" ;;
        4??) stop "nothing more was changed; the script can be run again" ;;
        *) stop "whether it was done is not known; nothing else was tried, and the script can be run again" ;;
    esac
}

# Whether the last answer says that an object is not there (yet).
is_absent() { [ "$status" = 404 ] || grep -q Request_ResourceNotFound "$work/answer"; }

# all PATH: every page of a list, as one array in $work/list.
all() {
    local next=$1 page=0 try
    printf '[]' >"$work/list"
    while [ -n "$next" ]; do
        page=$((page + 1))
        [ "$page" -le 10000 ] || stop "the list $1 does not end"
        for ((try = 1; try <= tries; try++)); do
            call GET "$next"
            is_absent || break
            wait_for "$try"
        done
        [ "$status" = 200 ] || refused "GET $1"
        jq -c --slurpfile page "$work/answer" '. + ($page[0].value | arrays)' "$work/list" >"$work/longer"
        [ -s "$work/longer" ] || stop "the answer to GET $1 is no list"
        mv "$work/longer" "$work/list"
        next=$(jq -r '."@odata.nextLink" // empty' "$work/answer")
    done
}

# The service principal of an application id, or null, into a file.
principal() {
    call GET "/servicePrincipals(appId='$1')?\$select=id,appId$3"
    case $status in
        200) jq -ce 'select(.id and .appId)' "$work/answer" >"$2" || stop "the answer has no service principal" ;;
        404) printf 'null' >"$2" ;;
        *) refused "GET the service principal of $1" ;;
    esac
}

# Reads what is granted now into $work/now.
look() {
    principal "$client_id" "$work/client" ''
    local client resource
    client=$(jq -r '.id // empty' "$work/client")
    resource=$(jq -r '.id' "$work/resource")
    printf '[]' >"$work/grants"
    printf '[]' >"$work/roles"
    if [ -n "$client" ]; then
        all "/oauth2PermissionGrants?\$filter=clientId%20eq%20'$client'"
        jq -c --arg to "$resource" \
            'map(select(.resourceId == $to) | {id, clientId, consentType, principalId, resourceId, scope})' \
            "$work/list" >"$work/grants"
        all "/servicePrincipals/$client/appRoleAssignments"
        jq -c --arg to "$resource" \
            'map(select(.resourceId == $to) | {id, principalId, resourceId, appRoleId})' \
            "$work/list" >"$work/roles"
    fi
    jq -n --slurpfile client "$work/client" --slurpfile resource "$work/resource" \
        --slurpfile grants "$work/grants" --slurpfile roles "$work/roles" \
        '{client: $client[0], resource: ($resource[0] | {id, appId}),
          oauth2PermissionGrants: $grants[0], appRoleAssignments: $roles[0]}' >"$work/now"
}

# Functions of the two ways to a list of actions: {say, method, path, from, body, mark}. `from` is what a grant
# that changes had. The mark is what the state file keeps of it, so that going back knows what has to be seen before.
# shellcheck disable=SC2016 # what looks like a variable is one of jq
readonly shared_jq='
def names: (. // "") | split(" ") | map(select(. != ""));
def holds($name): any(.[]; ascii_downcase == ($name | ascii_downcase));
def without($names): map(select(. as $name | $names | holds($name) | not));
def whose: if .consentType == "AllPrincipals" then "for all users" else "for the user \(.principalId)" end;
def change($scopes):
  if $scopes == [] then
    {say: "revoke \(.scope | names | join(" ")) \(whose)", method: "DELETE",
     path: "/oauth2PermissionGrants/\(.id)", from: .scope, mark: {kind: "revoke", id: .id}}
  else
    {say: ([($scopes - (.scope | names) | if . == [] then empty else "grant \(join(" "))" end),
            ((.scope | names) - $scopes | if . == [] then empty else "revoke \(join(" "))" end),
            whose] | join(", ")),
     method: "PATCH", path: "/oauth2PermissionGrants/\(.id)", from: .scope, body: {scope: ($scopes | join(" "))},
     mark: {kind: "change", id: .id, scopes: $scopes, less: ((.scope | names) - $scopes)}}
  end;
def named($id): [$wanted.roles[], $wanted.dropRoles[]] | map(select(.id == $id).name) | first // "" | "\(.) (\($id))";
def grant($now; $scopes; $type; $user):
  {say: "grant \($scopes | join(" ")) \({consentType: $type, principalId: $user} | whose)", method: "POST",
   path: "/oauth2PermissionGrants",
   body: {clientId: $now.client.id, consentType: $type, principalId: $user, resourceId: $now.resource.id,
          scope: ($scopes | join(" "))},
   mark: {kind: "grant", user: $user, scopes: $scopes}};
def assign($now; $role):
  {say: "assign the app role \(named($role))", method: "POST",
   path: "/servicePrincipals/\($now.client.id)/appRoleAssignments",
   body: {principalId: $now.client.id, resourceId: $now.resource.id, appRoleId: $role},
   mark: {kind: "assign", role: $role}};
def unassign($now):
  {say: "take the app role \(named(.appRoleId)) away", method: "DELETE",
   path: "/servicePrincipals/\($now.client.id)/appRoleAssignments/\(.id)",
   mark: {kind: "unassign", id: .id}};
'

# What is missing, and what is too much where the script was written to shrink.
# shellcheck disable=SC2016 # what looks like a variable is one of jq
readonly apply_jq='
. as $now
| (.oauth2PermissionGrants | map(select(.consentType == "AllPrincipals")) | first) as $wide
| (($wide.scope | names) | without($wanted.dropScopes)) as $kept
| ($kept + ($wanted.scopes | without($kept))) as $target
| (if $wide == null then (if $target == [] then empty else grant($now; $target; "AllPrincipals"; null) end)
   elif ($target | sort) == ($wide.scope | names | sort) then empty
   else $wide | change($target) end),
  (.oauth2PermissionGrants[] | select(.consentType != "AllPrincipals")
   | (.scope | names | without($wanted.dropScopes)) as $less
   | if $less == (.scope | names) then empty else change($less) end),
  (($wanted.roles | map(.id)) - (.appRoleAssignments | map(.appRoleId)) | .[] | assign($now; .)),
  (.appRoleAssignments[] | select(.appRoleId as $id | $wanted.dropRoles | map(.id) | holds($id)) | unassign($now))
'

# What differs from the state before.
# shellcheck disable=SC2016 # what looks like a variable is one of jq
readonly restore_jq='
. as $now
| $before.wanted as $wanted
| (.oauth2PermissionGrants | map(select(.consentType == "AllPrincipals")) | first) as $wide
| ($before.oauth2PermissionGrants | map(select(.consentType == "AllPrincipals")) | first) as $was
| (if $was == null and $wide == null then empty
   elif $was == null then $wide | change([])
   elif $wide == null then grant($now; ($was.scope | names); "AllPrincipals"; null)
   elif ($was.scope | names | sort) == ($wide.scope | names | sort) then empty
   else $wide | change($was.scope | names) end),
  ($before.oauth2PermissionGrants[] | select(.consentType != "AllPrincipals") | . as $old
   | (.scope | names | map(select(. as $name | $wanted.dropScopes | holds($name)))) as $lost
   | ($now.oauth2PermissionGrants | map(select(.principalId == $old.principalId)) | first) as $new
   | if $lost == [] then empty
     elif $new == null then grant($now; ($old.scope | names); $old.consentType; $old.principalId)
     elif ($lost | without($new.scope | names)) == [] then empty
     else $new | change((.scope | names) + ($lost | without($new.scope | names))) end),
  (($before.appRoleAssignments | map(.appRoleId)) - (.appRoleAssignments | map(.appRoleId)) | .[]
   | assign($now; .)),
  (.appRoleAssignments[] | select(.appRoleId as $id | $before.appRoleAssignments | map(.appRoleId) | holds($id) | not)
   | unassign($now))
'

# What others changed since the state was recorded, and restoring would undo.
# shellcheck disable=SC2016 # what looks like a variable is one of jq
readonly foreign_jq='
. as $now
| $before.wanted as $wanted
| def wide: .oauth2PermissionGrants | map(select(.consentType == "AllPrincipals")) | first | .scope | names;
  (select($before.client == null and $before.created != null and .client != null
          and .client.id != $before.created)
   | "the service principal \($before.created) is gone, and \(.client.id) was created since"),
  ((wide | without(($before | wide) + $wanted.scopes))[] | "the scope \(.) was granted since"),
  (($before | wide | without($wanted.dropScopes + ($now | wide)))[] | "the scope \(.) was revoked since"),
  # A grant of a user that had more than what was dropped was changed, not deleted.
  ($before.oauth2PermissionGrants[] | select(.consentType != "AllPrincipals") | . as $old
   | (.scope | names | without($wanted.dropScopes)) as $left
   | select($left != [] and $left != ($old.scope | names))
   | select($now.oauth2PermissionGrants | any(.principalId == $old.principalId) | not)
   | "the grant \($old | whose) was revoked since"),
  ((.appRoleAssignments | map(.appRoleId))
   - ($before.appRoleAssignments | map(.appRoleId)) - ($wanted.roles | map(.id))
   | .[] | "the app role \(.) was assigned since"),
  (($before.appRoleAssignments | map(.appRoleId)) - ($wanted.dropRoles | map(.id))
   - ($now.appRoleAssignments | map(.appRoleId)) | .[] | "the app role \(.) was taken away since")
'

# What was done since the state was recorded and does not show yet: reads may lag behind writes.
# shellcheck disable=SC2016 # what looks like a variable is one of jq
readonly unseen_jq='
. as $now
| ($before.done // [])[]
| . as $mark
| select(
    if .kind == "create" then $now.client == null
    elif .kind == "grant" then
      $now.oauth2PermissionGrants
      | any(.principalId == $mark.user and ($mark.scopes - (.scope | names)) == []) | not
    elif .kind == "change" then
      # What others granted besides is no reason to wait.
      $now.oauth2PermissionGrants
      | any(.id == $mark.id
            and ((.scope | names) as $has | ($mark.scopes - $has) == [] and ($mark.less - $has) == $mark.less)) | not
    elif .kind == "revoke" then $now.oauth2PermissionGrants | any(.id == $mark.id)
    elif .kind == "assign" then $now.appRoleAssignments | any(.appRoleId == $mark.role) | not
    else $now.appRoleAssignments | any(.id == $mark.id) end)
'

# The actions that lead from what is granted to what should be, into $work/actions.
actions() {
    local program=$apply_jq
    [ "$mode" != restore ] || program=$restore_jq
    jq -c --argjson wanted "$wanted" --slurpfile saved "$work/before" \
        "$shared_jq \$saved[0] as \$before | $program" "$work/now" >"$work/actions"
}

# Puts $work/state in the place of the state file, whole or not at all: a run that is broken off here, or finds
# no room, must not take the way back with it.
keep() {
    if cat "$work/state" >"$state_file.new" && mv -f "$state_file.new" "$state_file"; then return 0; fi
    rm -f "$state_file.new"
    return 1
}

# note FILTER [OPTION...]: changes the state file.
note() {
    local filter=$1
    shift
    jq "$@" "$filter" "$state_file" >"$work/state"
    keep || stop "$state_file cannot be written; it is as it was, and nothing more was changed"
}

# mark JSON: keeps in the state file what is about to be done, and before it is: a run that is broken off then
# is one that may have done it. Going back keeps nothing.
marked=''
mark() {
    [ "$mode" != restore ] || return 0
    # shellcheck disable=SC2016 # a variable of jq
    note '.done += [$mark]' --argjson mark "$1"
    marked=1
}

# What was refused was not done. What got no answer, or one of a server in trouble, may have been.
unmark() {
    if [ -n "$marked" ] && [[ $status == 4?? && $status != 408 ]]; then note '.done |= .[:-1]'; fi
    marked=''
}

# Whether a grant still has the scopes that the action at hand was made from: a change replaces them all, those
# too that another one granted a moment ago.
is_as_seen() {
    local path=$1 from=$2
    call GET "$path"
    [ "$status" = 200 ] || is_absent || refused "GET $path"
    [ "$status" = 200 ] && jq -e --arg from "$from" \
        'def names: (. // "") | split(" ") | map(select(. != "")) | sort; (.scope | names) == ($from | names)' \
        "$work/answer" >/dev/null
}

# Carries the actions out.
act() {
    local line method path body try
    while IFS= read -r line <&3; do
        say "- $(jq -r '.say' <<<"$line" | LC_ALL=C tr -d '\000-\037\177')"
        method=$(jq -r '.method' <<<"$line")
        path=$(jq -r '.path' <<<"$line")
        if jq -e 'has("from")' <<<"$line" >/dev/null && ! is_as_seen "$path" "$(jq -r '.from // empty' <<<"$line")"; then
            say "  is another one by now, and is looked at again"
            continue
        fi
        body=$(jq -c '.body // empty' <<<"$line")
        mark "$(jq -c '.mark' <<<"$line")"
        for ((try = 1; try <= tries; try++)); do
            call "$method" "$path" "$body"
            if is_absent && [ "$method" != DELETE ]; then
                # A new service principal takes a while to be known everywhere.
                wait_for "$try"
            else
                break
            fi
        done
        case $method-$status in
            *-20[0-9] | DELETE-404) ;;
            POST-409) say "  was there already" ;;
            POST-400)
                [ -n "${vague:-}" ] || grep -qi 'already exist' "$work/answer" || refused "$method $path"
                say "  was there already"
                ;;
            *) refused "$method $path" ;;
        esac
        marked=''
    done 3<"$work/actions"
}

# Acts on what the last look showed, looks again, and so on until nothing is left to do: reads may lag behind
# writes.
settle() {
    local round
    for ((round = 1; round <= tries; round++)); do
        [ "$round" = 1 ] || look
        if [ "$(cat "$work/client")" = null ]; then
            # It was known before: not every part of the directory knows a new service principal yet.
            wait_for "$round"
            continue
        fi
        actions
        [ -s "$work/actions" ] || return 0
        if [ "$round" != 1 ]; then
            # What is done after a wait is done from what shows then.
            wait_for "$round"
            look
            [ "$(cat "$work/client")" != null ] || continue
            actions
            [ -s "$work/actions" ] || return 0
        fi
        act
    done
    look
    actions
    { [ ! -s "$work/actions" ] && [ "$(cat "$work/client")" != null ]; } ||
        stop "the tenant does not show the changes yet${vague:+, or refused one without saying why}; run the script again later"
}

# Writes the state before the first change to a file of its own.
record() {
    local stamp number=1
    stamp=$(date -u +%Y%m%dT%H%M%SZ)
    jq --argjson wanted "$wanted" --arg tenant "$tenant_id" --arg graph "$graph" --arg app "$client_id" \
        '{kind: "graphgrant-state", version: 1, tenant: $tenant, graph: $graph, app: $app, wanted: $wanted,
          created: null, done: []} + .' "$work/now" >"$work/state"
    while :; do
        state_file="graphgrant-before-$client_id-$stamp-$number.json"
        if (set -o noclobber && : >"$state_file") 2>/dev/null; then break; fi
        number=$((number + 1))
        { [ -e "$state_file" ] && [ "$number" -le 100 ]; } ||
            stop "the state before cannot be written to this folder; nothing was changed"
    done
    if ! keep; then
        rm -f "$state_file"
        stop "the state before cannot be written to this folder; nothing was changed"
    fi
    say "the state before is in $state_file; to go back: bash $0 restore $state_file"
}

# Makes the service principal, waits until Microsoft Graph knows it, and reads what it holds.
create() {
    local try
    say "- create the service principal of $client_id"
    mark '{"kind": "create"}'
    call POST /servicePrincipals "{\"appId\":\"$client_id\"}"
    local was_there=''
    case $status in
        20[0-9]) ;;
        409) was_there=1 ;;
        400)
            [ -n "${vague:-}" ] || grep -qi 'already in use\|already exist' "$work/answer" || refused "POST /servicePrincipals"
            was_there=1
            ;;
        *) refused "POST /servicePrincipals" ;;
    esac
    marked=''
    if [ -z "$was_there" ]; then
        jq -ce '.id' "$work/answer" >"$work/created" 2>/dev/null || printf 'null' >"$work/created"
        # shellcheck disable=SC2016 # a variable of jq
        note '.created = $id[0]' --slurpfile id "$work/created"
    fi
    for ((try = 1; try <= tries; try++)); do
        look
        [ "$(cat "$work/client")" = null ] || break
        wait_for "$try"
    done
    [ "$(cat "$work/client")" != null ] ||
        stop "the service principal is not known everywhere yet; run the script again in some minutes${was_there:+; where the app was deleted in this tenant lately, restore it first}"
    if [ -n "$was_there" ]; then
        # It was there all the time, or another one made it first: what it holds now is the state before.
        say "  was there already"
        # shellcheck disable=SC2016 # a variable of jq
        note '. + $now[0] | .done = []' --slurpfile now "$work/now"
    fi
}

# Looks again until what was done since the state was recorded shows: it may have been done a moment ago. What
# others undid never does, so there is an end to it, and a doubt.
unsure=''
catch_up() {
    local try
    for ((try = 1; ; try++)); do
        jq -c --argjson wanted "$wanted" --slurpfile saved "$work/before" \
            "$shared_jq \$saved[0] as \$before | $unseen_jq" "$work/now" >"$work/unseen"
        if [ ! -s "$work/unseen" ] && { [ -z "$was" ] || [ "$(cat "$work/client")" != null ]; }; then return 0; fi
        [ "$try" -le "$tries" ] || break
        [ "$try" != 1 ] || say "waiting until Microsoft Graph shows what was changed"
        wait_for "$try"
        look
    done
    unsure=1
}

# Which tenant this is, and its own Microsoft Graph.
call GET "/organization?\$select=id,verifiedDomains"
[ "$status" = 200 ] || refused "GET /organization"
tenant_id=$(jq -r '.value[0].id // empty' "$work/answer")
jq -e --arg tenant "$tenant" '.value[0] | [.id, .verifiedDomains[]?.name] | map(ascii_downcase)
    | index($tenant | ascii_downcase) != null' "$work/answer" >/dev/null ||
    stop "this is signed in to the tenant $tenant_id, not to $tenant"
principal "$resource_app_id" "$work/resource" ',appRoles,oauth2PermissionScopes'
[ "$(cat "$work/resource")" != null ] || stop "this tenant has no service principal of Microsoft Graph"
jq -r --argjson wanted "$wanted" '
    . as $graph
    | ($wanted.scopes[] | . as $name
       | select($graph.oauth2PermissionScopes | any(.value == $name and .isEnabled != false) | not)
       | "the scope \(.)"),
      ($wanted.roles[] | . as $role
       | select($graph.appRoles | any(.id == $role.id and .value == $role.name and .isEnabled != false) | not)
       | "the app role \(.name) (\(.id))")' "$work/resource" >"$work/missing"
if [ -s "$work/missing" ] && [ "$mode" != restore ]; then
    say "Microsoft Graph in this tenant does not offer:"
    cat "$work/missing" >&2
    stop "nothing was changed"
fi

printf 'null' >"$work/before"
look

if [ "$mode" = restore ]; then
    [ -f "$state_file" ] || stop "there is no $state_file"
    jq -e --arg tenant "$tenant_id" --arg graph "$graph" --arg app "$client_id" --slurpfile now "$work/now" '
        .kind == "graphgrant-state" and .version == 1 and .tenant == $tenant and .graph == $graph
        and (.app // .client.appId // "" | ascii_downcase) == ($app | ascii_downcase)
        and .resource.id == $now[0].resource.id' "$state_file" >/dev/null 2>&1 ||
        stop "$state_file is no state of this app in this tenant"
    cp "$state_file" "$work/before"
    was=$(jq -r '.client.id // empty' "$work/before")
    created=$(jq -r '.created // empty' "$work/before")
    catch_up
    is=$(jq -r '.client.id // empty' "$work/now")
    if [ -n "$was" ] && [ "$was" != "$is" ]; then
        stop "the service principal of that time ($was) is gone, and its grants with it; for 30 days it can be restored: POST /directory/deletedItems/$was/restore"
    fi
    if [ -n "$is" ]; then
        jq -r --argjson wanted "$wanted" --slurpfile saved "$work/before" \
            "$shared_jq \$saved[0] as \$before | $foreign_jq" "$work/now" >"$work/foreign"
        if [ -s "$work/foreign" ] && [ "$force" != force ]; then
            cat "$work/foreign" >&2
            stop "others changed this since; to go back all the same: bash $0 restore $state_file force"
        fi
        settle
        if [ -z "$was" ] && [ "$is" = "$created" ]; then
            left=0
            for path in "/oauth2PermissionGrants?\$filter=clientId%20eq%20'$is'" \
                "/oauth2PermissionGrants?\$filter=resourceId%20eq%20'$is'" \
                "/servicePrincipals/$is/appRoleAssignments" "/servicePrincipals/$is/appRoleAssignedTo" \
                "/servicePrincipals/$is/memberOf" "/servicePrincipals/$is/ownedObjects"; do
                all "$path"
                left=$((left + $(jq 'length' "$work/list")))
            done
            if [ "$left" = 0 ]; then
                say "- delete the service principal $is, which this script created"
                call DELETE "/servicePrincipals/$is"
                case $status in 20[0-9] | 404) ;; *) refused "DELETE the service principal" ;; esac
            else
                say "the service principal $is stays: it has other grants, assignments, groups, roles or objects by now"
            fi
        fi
    fi
    say "everything is as recorded in $state_file"
    if [ -n "$unsure" ]; then
        say "but not all that was changed ever showed: others undid it, or it shows later; restore once more in some minutes to be sure"
    else
        # What was gone back from is not to be waited for again.
        jq '.done = []' "$state_file" >"$work/state"
        { [ -w "$state_file" ] && keep; } || say "$state_file cannot be written, and stays as it is"
    fi
    exit 0
fi

actions
if [ -s "$work/actions" ]; then
    if [ "$mode" = preview ]; then
        [ "$(cat "$work/client")" != null ] || say "- create the service principal of $client_id"
        jq -r '"- " + .say' "$work/actions" | LC_ALL=C tr -d '\000-\011\013-\037\177' >&2
        say "this is a preview: nothing was changed"
        exit 0
    fi
    record
    [ "$(cat "$work/client")" != null ] || create
    settle
    say "done: what is needed is granted"
else
    say "nothing to do: what is needed is granted already"
fi
