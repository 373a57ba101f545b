#!/bin/sh
# Writes every secret of the example into secrets/, once: what is there already stays as it is.
# Only you can enter the folder. What a container mounts is readable inside it, whatever user it runs as.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets
cd secrets

random() { od -An -v -N "$1" -tx1 /dev/urandom | tr -d ' \n'; }

# write NAME MODE < content
write() {
    if [ -e "$1" ]; then
        cat > /dev/null
        echo "secrets/$1 stays"
    else
        cat > "$1.new"
        chmod "$2" "$1.new"
        mv "$1.new" "$1"
        echo "secrets/$1 written"
    fi
}

# These are said in two places each. When one of the files is there, the other one must be made from it by hand.
postgres=$(random 24) redis=$(random 24) s3_key=GK$(random 12) s3_secret=$(random 32)

if [ -e einvoice.env ] || [ -e postgres_password ] || [ -e redis.conf ] || [ -e s3.env ]; then
    for name in einvoice.env postgres_password redis.conf s3.env; do
        [ -e "$name" ] || { echo "secrets/$name is missing, the others are there: restore it, or remove all four" >&2; exit 1; }
    done
fi

write einvoice.env 600 << END
EINVOICE_DATABASE_URL=postgresql://einvoice:$postgres@postgres/einvoice
EINVOICE_QUEUE_URL=redis://:$redis@redis:6379/0
AWS_ACCESS_KEY_ID=$s3_key
AWS_SECRET_ACCESS_KEY=$s3_secret
END

printf %s "$postgres" | write postgres_password 444

write redis.conf 444 << END
bind * -::*
requirepass $redis
save ""
appendonly no
maxmemory 256mb
maxmemory-policy noeviction
END

write s3.env 600 << END
GARAGE_RPC_SECRET=$(random 32)
GARAGE_DEFAULT_ACCESS_KEY=$s3_key
GARAGE_DEFAULT_SECRET_KEY=$s3_secret
GARAGE_DEFAULT_BUCKET=einvoice
END

random 16 | write grafana_password 444

# Empty until an operator makes one: einvoice admin create-token --role operator
printf '' | write metrics_token 444
