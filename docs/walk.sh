#!/usr/bin/env bash
# One invoice from the supplier to the accounting system, with curl alone:
# upload, report, lease, original, acknowledgement, events.
#
#   URL=http://127.0.0.1:8080 SUPPLIER=token AUTHORITY=token docs/walk.sh invoice.xml
#
# The tokens come from `einvoice admin create-token`. Ends with 0 when the invoice was acknowledged, with 1 when it was
# rejected (the report is printed then).
set -euo pipefail
file=${1:?usage: docs/walk.sh FILE}
api=${URL:-http://127.0.0.1:8080}/api/v1
pick() { python3 -c "import json, sys; data = json.load(sys.stdin); print($1)"; }
supplier() { curl --silent --show-error --fail-with-body --header "Authorization: Bearer $SUPPLIER" "$@"; }
authority() { curl --silent --show-error --fail-with-body --header "Authorization: Bearer $AUTHORITY" "$@"; }

echo "1. upload $file and wait for the verdict"
answer=$(supplier --header 'Content-Type: application/octet-stream' --data-binary "@$file" "$api/submissions?wait=30")
id=$(pick "data['id']" <<<"$answer")
echo "   submission $id: $(pick "data['label']" <<<"$answer")"

echo '2. read the report'
supplier --header 'Accept: text/plain' "$api/submissions/$id/report" | sed 's/^/   /;12q'
[ "$(pick "data['verdict']" <<<"$answer")" = accepted ] || exit 1

echo '3. the accounting system leases what is ready for its authority'
leased=$(authority --header 'Content-Type: application/json' --data '{"count": 100}' "$api/deliveries:lease")
mine="[one for one in data['deliveries'] if one['submission']['id'] == '$id'][0]"
delivery=$(pick "$mine['delivery_id']" <<<"$leased")
token=$(pick "$mine['lease_token']" <<<"$leased")

echo '4. it takes the original, byte for byte'
authority --output /dev/null --write-out '   %{size_download} bytes, %{content_type}\n' "$api/submissions/$id/original"

echo '5. it acknowledges, twice: the answer is the same'
for _ in 1 2; do
    authority --header 'Content-Type: application/json' --data "{\"lease_token\": \"$token\"}" "$api/deliveries/$delivery:ack" |
        sed 's/^/   /'
    echo
done

echo '6. what happened, from the events of the authority'
authority "$api/events?after=0&limit=1000" |
    pick "'\n'.join(f'   {one[\"sequence\"]} {one[\"kind\"]}' for one in data['events'] if one['submission_id'] == '$id')"
