#!/usr/bin/env bash
# The library calls nothing but what is listed here: what faults_test makes fail,
# and what cannot fail as it is called. So a new call is not forgotten there, and
# the library neither prints, exits, nor changes what belongs to the process
# (working directory, umask, signal handlers).
#
# usage: imports_test.sh LIBRARY CALL_THAT_IS_MADE_TO_FAIL...
set -euo pipefail

library=$1
shift
failing=("$@" fscanf)

harmless=(
	# memory and text that the caller gives
	free snprintf vsnprintf sscanf strchr strcmp strerror_r strlen strncmp
	strrchr strspn strstr strtol strtoull memcmp memcpy memmove memset
	# what libc keeps for a thread or a stream
	__errno_location __tls_get_addr ferror __rseq_offset __rseq_size
	# fail on wrong arguments only
	pthread_mutex_lock pthread_mutex_unlock pthread_sigmask sigfillset
	secure_getenv
	# the node is then unknown: policy_test
	sched_getcpu
	# at load, before any test: ranges.c says what is lost
	__register_atfork
)

imported() { # without versions, and by the names that programs write
	nm -D --undefined-only "$library" |
		awk '$1 == "U" { sub(/@.*/, "", $2); sub(/^__isoc[0-9]+_/, "", $2)
			print $2 }' | sort -u
}

unknown=$(comm -23 <(imported) \
	<(printf '%s\n' "${failing[@]}" "${harmless[@]}" | sort -u))
[ -z "$unknown" ] || {
	echo "imports_test: called, but not made to fail by faults_test: ${unknown//$'\n'/ }" >&2
	exit 1
}
unused=$(comm -13 <(imported) <(printf '%s\n' "${failing[@]}" | sort -u))
[ -z "$unused" ] || {
	echo "imports_test: made to fail, but not called: ${unused//$'\n'/ }" >&2
	exit 1
}
echo "counts: $(imported | wc -l) calls of libc, ${#failing[@]} can fail: each is made to"
