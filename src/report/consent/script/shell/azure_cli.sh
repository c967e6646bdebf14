needs=(az)

# send METHOD URL: az tells the status only by its reason phrase, and hides Retry-After.
send() {
    local options=() message
    [ ! -s "$work/body" ] || options=(--headers Content-Type=application/json --body "@$work/body")
    if az rest --method "$1" --url "$2" --resource "$graph" --output json ${options[@]+"${options[@]}"} \
        >"$work/answer" 2>"$work/error" </dev/null; then
        status=200
        return
    fi
    message=$(head -c 20000 "$work/error")
    case $message in
        *'Not Found('*) status=404 ;;
        *'Too Many Requests('*) status=429 ;;
        *'Service Unavailable('*) status=503 ;;
        *'Gateway Timeout('*) status=504 ;;
        *'Bad Gateway('*) status=502 ;;
        *'Bad Request('*) status=400 ;;
        *'Unauthorized('*) status=401 ;;
        *'Forbidden('*) status=403 ;;
        *'Conflict('*) status=409 ;;
        *) status=0 ;;
    esac
    # The answer stands in parentheses after the reason.
    sed -n 's/^[^({]*(\({.*}\)).*$/\1/p' "$work/error" | head -n 1 >"$work/answer"
    [ -s "$work/answer" ] || cp "$work/error" "$work/answer"
}
