needs=(m365)
# What a refusal says is not told, so that a grant that is there already looks like any other refusal.
vague=1

# send METHOD URL: the CLI waits by itself where Microsoft Graph asks for it, and tells of an error only the status.
send() {
    local options=() method
    method=$(printf '%s' "$1" | tr '[:upper:]' '[:lower:]')
    [ ! -s "$work/body" ] || options=(--content-type application/json --body "$(cat "$work/body")")
    if m365 request --method "$method" --url "$2" --resource "$graph" --output json ${options[@]+"${options[@]}"} \
        >"$work/answer" 2>"$work/error" </dev/null; then
        status=200
        return
    fi
    status=$(cat "$work/answer" "$work/error" | sed -n 's/.*status code \([0-9][0-9][0-9]\).*/\1/p' | head -n 1)
    status=${status:-0}
    head -c 20000 "$work/error" >"$work/answer"
}
