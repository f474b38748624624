#!/bin/sh
# Makes the certificates of a cluster: certificates.sh FOLDER MACHINE...
#
# FOLDER gets ca.pem and ca.key, the authority of this cluster alone, and MACHINE.pem and MACHINE.key for each machine.
# A machine gets ca.pem and its own two files. ca.key stays here: with it anybody can join the cluster.
set -eu
umask 077
[ $# -ge 2 ] || { echo "usage: $0 FOLDER MACHINE..." >&2; exit 2; }
mkdir -p "$1"
cd "$1"
shift
key="-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
# shellcheck disable=SC2086
[ -e ca.key ] || openssl req -x509 $key -days 730 -subj /CN=allocator-cluster -keyout ca.key -out ca.pem 2>/dev/null
for machine; do
    # shellcheck disable=SC2086
    openssl req $key -subj "/CN=$machine" -keyout "$machine.key" -out "$machine.csr" 2>/dev/null
    openssl x509 -req -in "$machine.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 730 -out "$machine.pem" 2>/dev/null
    rm "$machine.csr"
    echo "$machine.pem $machine.key"
done
