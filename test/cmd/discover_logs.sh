# Logs of proxies and name servers: which hosts of AI were asked for, by whom, when and how much.
. "${SW_SOURCE:?}/test/cmd/lib.sh" || exit 99

cat >squid.log <<'LOG'
1286536308.779    180 192.168.0.224 TCP_MISS/200 411 CONNECT api.openai.com:443 alice HIER_DIRECT/1.2.3.4 -
1286536318.779    180 192.168.0.225 TCP_TUNNEL/200 5000 CONNECT api.openai.com:443 - HIER_DIRECT/1.2.3.4 -
1286536298.779    180 192.168.0.224 TCP_TUNNEL/200 600 CONNECT API.OpenAI.com:443 alice HIER_DIRECT/1.2.3.4 -
1286536309.779    180 192.168.0.225 TCP_TUNNEL/200 50 CONNECT www.claude.ai:443 - HIER_DIRECT/1.2.3.4 -
1286536310.779    180 192.168.0.225 TCP_MISS/200 10 GET http://example.com/api.openai.com - HIER_DIRECT/1.2.3.4 text/html
1286536310.779    180 192.168.0.225 TCP_MISS/200 10 GET http://notclaude.ai/ - HIER_DIRECT/1.2.3.4 text/html
garbage here
LOG
run "$SW_BIN" discover --json --logs squid.log
exits "Squid" 0
documented "every member" discover
json "two services, and none of what only looks like one" '[.entities[] | .name] | join(", ")' "Anthropic Claude, OpenAI"
json "observed in traffic" '.entities[1] | "\(.kind) \(.grade) \(.confidence)"' "service observed 0.8"
json "who asked how often, how much and when" \
    '.entities[1].evidence[] | select(.users) | "\(.host) \(.users) \(.requests) \(.bytesIn) \(.firstSeen) \(.lastSeen)"' \
    "api.openai.com 2 3 6011 2010-10-08T11:11:38Z 2010-10-08T11:11:58Z"
json "each user, the one with the most bytes first" '[.entities[1].evidence[] | select(.user) | "\(.user) \(.requests) \(.bytesIn)"] | sort | join(", ")' \
    "192.168.0.225 1 5000, alice 2 1011"
json "the form, and what of it was understood" '.coverage.sources[0] | "\(.kind) \(.form) \(.records) \(.understood) \(.matched)"' \
    "log squid 7 6 4"
json "a line that is not is told" '.coverage.notLookedAt[0] | "\(.count) \(.why)"' "1 lines of logs that are not understood"

# --- every form ---

cat >common.log <<'LOG'
10.0.0.1 - bob [10/Oct/2000:13:55:36 -0700] "CONNECT api.anthropic.com:443 HTTP/1.1" 200 2326 "-" "curl/8"
10.0.0.1 - - [10/Oct/2000:13:57:36 -0700] "GET /index HTTP/1.1" 200 3 "-" "curl/8"
api.groq.com:443 10.0.0.2 - - [10/Oct/2000:13:57:36 -0700] "GET /index HTTP/1.1" 200 3 "-" "curl/8"
LOG
cat >envoy.log <<'LOG'
[2016-04-15T20:17:00.310Z] "POST /v1/chat HTTP/2" 204 - 154 20 226 100 "10.0.35.28" "agent" "id" "api.openai.com" "tcp://10.0.2.1:80"
[2020-04-15T20:17:00.310Z] "CONNECT - HTTP/1.1" 200 - via_upstream - "-" 1540 220 226 - "-" "-" "-" "x.openai.azure.com:443" "1.2.3.4:443" out
LOG
cat >haproxy.log <<'LOG'
Feb  6 12:14:14 localhost haproxy[14389]: 10.0.1.2:33317 [06/Feb/2009:12:14:14.655] http-in static/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 {api.cohere.com|x} {} "GET /index.html HTTP/1.1"
Feb  6 12:14:15 localhost haproxy[14389]: Proxy started.
LOG
cat >dnsmasq.log <<'LOG'
Jan  1 00:00:00 dnsmasq[123]: query[A] api.openai.com from 192.168.1.2
Jan  1 00:00:00 dnsmasq[123]: reply api.openai.com is 1.2.3.4
LOG
cat >bind.log <<'LOG'
01-Jan-2024 12:00:00.000 queries: info: client @0x7f00 192.168.1.1#12345 (api.x.ai): query: api.x.ai IN A +E(0)K (10.0.0.1)
LOG
printf '#separator \\x09\n#fields\tts\tid.orig_h\tserver_name\n1700000000.1\t10.0.0.9\tapi.x.ai\n' >zeek.log
cat >json.log <<'LOG'
{"timestamp":"2024-05-01T00:00:00Z","user":"carol","url":"https://u:hunter2@api.perplexity.ai/chat?k=v","bytes_out":100,"bytes_in":7}
{"request":{"host":"openrouter.ai:443","remote_ip":"9.9.9.9"},"ts":1700000000,"size":12}
{"ts":1700000000.5,"id.orig_h":"10.0.0.7","query":"api.deepseek.com"}
LOG
printf 'date,user,host,bytes_out\r\n2024-05-01T00:00:00Z,"da,ve",api.replicate.com,55\r\n' >table.csv
printf '#Version: 1.0\n#Fields: date time c-ip cs-username cs-host cs-bytes sc-bytes\n2024-01-01 00:00:00 1.1.1.1 fay api.together.xyz 5 6\n' >extended.log
summary() {
    jq -r '"\(.coverage.sources[0].form): " + ([.entities[] | .evidence[] | select(.user) | "\(.signal) \(.host) \(.user) \(.bytesOut) \(.bytesIn) \(.firstSeen)"] | join("; "))' "$tmp.out"
}
while read -r file wanted; do
    run "$SW_BIN" discover --json --logs "$file"
    is "$file" "$(summary)" "$wanted"
    [ "$rc" = 0 ] || ok "$file" false
done <<'TABLE'
common.log common: proxy-record api.anthropic.com bob 0 2326 2000-10-10T20:55:36Z; proxy-record api.groq.com 10.0.0.2 0 3 2000-10-10T20:57:36Z
envoy.log envoy: proxy-record api.openai.com 10.0.35.28 154 20 2016-04-15T20:17:00Z
haproxy.log haproxy: proxy-record api.cohere.com 10.0.1.2 0 2750 2009-02-06T12:14:14Z
dnsmasq.log dnsmasq: dns-query api.openai.com 192.168.1.2 0 0 null
bind.log bind: dns-query api.x.ai 192.168.1.1 0 0 2024-01-01T12:00:00Z
zeek.log zeek: proxy-record api.x.ai 10.0.0.9 0 0 2023-11-14T22:13:20Z
json.log json: dns-query api.deepseek.com 10.0.0.7 0 0 2023-11-14T22:13:20Z; proxy-record openrouter.ai 9.9.9.9 0 12 2023-11-14T22:13:20Z; proxy-record api.perplexity.ai carol 100 7 2024-05-01T00:00:00Z
table.csv csv: proxy-record api.replicate.com da,ve 55 0 2024-05-01T00:00:00Z
extended.log csv: proxy-record api.together.xyz fay 5 6 2024-01-01T00:00:00Z
TABLE
run "$SW_BIN" discover --json --logs json.log
unlike "no password of an address" "$out" hunter2

# --- compressed ---

gzip -k squid.log
run "$SW_BIN" discover --json --logs squid.log.gz
json "gzip" '.coverage.sources[0] | "\(.form) \(.records) \(.matched)"' "squid 7 4"
if command -v zstd >/dev/null; then
    zstd -q squid.log
    run "$SW_BIN" discover --json --logs squid.log.zst
    json "zstd" '.coverage.sources[0] | "\(.form) \(.records) \(.matched)"' "squid 7 4"
else
    skip 1 "no zstd"
fi
head -c -20 squid.log.gz >broken.gz
run "$SW_BIN" discover --json --logs broken.gz
exits "one that breaks off" 0
json "is told" '[.coverage.notLookedAt[] | .why] | any(. == "compressed logs that break off")' true
run "$SW_BIN" discover --json --logs - <squid.log
json "standard input" '.coverage.sources[0] | "\(.name) \(.form) \(.matched)"' "- squid 4"

# --- users ---

printf 'a key of sixteen' >key
run "$SW_BIN" discover --json --logs squid.log --pseudonyms key
unlike "users are hashes" "$out" alice
wanted=user-$(printf alice | openssl dgst -sha256 -mac HMAC -macopt "key:$(cat key)" | sed 's/.*= //' | cut -c1-16)
json "by HMAC-SHA-256" "[.entities[1].evidence[] | .user] | any(. == \"$wanted\")" true
printf short >short
expect "a key that is too short" 2 "$SW_BIN" discover --logs squid.log --pseudonyms short
expect "pseudonyms of nothing" 2 "$SW_BIN" discover --pseudonyms key .

# --- beside trees ---

mkdir app
echo 'import anthropic; u = "https://api.openai.com/v1"' >app/main.py
run "$SW_BIN" discover --json --logs squid.log app
json "what only traffic shows is shadow" '[.entities[] | select(.shadow) | .name] | join(",")' "Anthropic Claude"
json "what both show is one" '.entities[] | select(.name == "OpenAI") | [.evidence[] | .source] | unique | join(",")' "code,traffic"
cp "$tmp.out" before.json
run "$SW_BIN" discover app --logs squid.log --logs common.log --diff before.json
exits "a new service" 1
like "is told" "$out" "Groq.* new in traffic alone"

# --- what others wrote ---

head -c 3000000 /dev/zero | tr '\0' 'a' >long.log
run "$SW_BIN" discover --json --logs long.log
exits "one line of 3 MB" 0
json "is of no form" '.coverage.notLookedAt[0].why' "logs of no form that is known"
{ cat squid.log long.log; echo; cat squid.log; } >mixed.log
run "$SW_BIN" discover --json --logs mixed.log
json "between lines it is told, and the rest is read" '"\(.coverage.sources[0].matched) \([.coverage.notLookedAt[] | "\(.count) \(.why)"] | join(","))"' \
    "8 1 lines of logs longer than 64 KiB,2 lines of logs that are not understood"
head -c 100000 /dev/urandom >random.log
run "$SW_BIN" discover --json --logs random.log
exits "bytes of any kind" 0
: >empty.log
expect "an empty log" 0 "$SW_BIN" discover --logs empty.log
expect "no such log" 4 "$SW_BIN" discover --logs none.log
one_line_error "says so"
printf '1286536308.779 180 sk-proj-AbCdEfGh1234567890AbCdEfGh1234567890AbCdEf12 TCP_MISS/200 411 CONNECT api.openai.com:443 - HIER_DIRECT/1 -\n' >secret.log
run "$SW_BIN" discover --json --logs secret.log
unlike "a key where a user should stand is not shown" "$out" AbCdEfGh
json "and counts all the same" '.entities[0].evidence[0].requests' 1
awk 'BEGIN { for (i = 0; i < 70000; i++) printf "1286536308.779 180 10.0.0.1 TCP_MISS/200 1 CONNECT api.openai.com:443 u%d HIER_DIRECT/1 -\n", i }' >many.log
run "$SW_BIN" discover --json --logs many.log
json "more users than are kept" '.entities[0].evidence[] | select(.users) | "\(.users) \(.requests)"' "65536 70000"
json "are told" '.coverage.notLookedAt[0] | "\(.count) \(.why)"' "4464 requests of users past the first 65,536"
done_testing
