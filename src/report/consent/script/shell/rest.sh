needs=(curl)
token=${GRAPH_TOKEN:-}

# send METHOD URL: the token reaches curl on standard input, so that no list of processes shows it.
send() {
    [[ $token =~ ^[A-Za-z0-9._~+/=-]+$ ]] || stop "put an access token for $graph into GRAPH_TOKEN"
    local options=()
    [ ! -s "$work/body" ] || options=(--header 'Content-Type: application/json' --data-binary "@$work/body")
    status=$(printf 'header = "Authorization: Bearer %s"\n' "$token" |
        curl --config - --silent --show-error --max-time 100 --proto "=${graph%%:*}" --request "$1" --url "$2" \
            --header 'Accept: application/json' ${options[@]+"${options[@]}"} \
            --dump-header "$work/headers" --output "$work/answer" --write-out '%{http_code}') ||
        stop "$graph cannot be reached"
    retry_after=$(tr -d '\r' <"$work/headers" | sed -n 's/^[Rr]etry-[Aa]fter: *\([0-9]*\) *$/\1/p' | tail -n 1)
}
