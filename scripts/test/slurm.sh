# Read by tests: a Slurm cluster of this machine alone, several nodes on loopback
# addresses. Everything started carries SLURM_CONF in its environment from the
# start, by which it is found again and ended.
# shellcheck shell=bash

slurm_conf() { # DIR
	echo "$1/slurm.conf"
}

# slurm_pids DIR [NODE]: processes of the cluster, or of one node and its jobs
slurm_pids() {
	local environment pid
	for environment in /proc/[0-9]*/environ; do
		pid=${environment//[!0-9]/}
		[ "$pid" != $$ ] || continue
		{ tr '\0' '\n' <"$environment"; } 2>/dev/null |
			awk -v conf="SLURM_CONF=$(slurm_conf "$1")" -v node="${2:-}" '
				$0 == conf { here = 1 }
				node == "" || $0 == "SLURMD_NODENAME=" node ||
					$0 == "SLURM_TEST_NODE=" node { its = 1 }
				END { exit !(here && its) }' &&
			echo "$pid"
	done
	return 0
}

slurm_kill() { # DIR [NODE]: at once, as a power cut does
	local pids
	mapfile -t pids < <(slurm_pids "$@")
	[ ${#pids[@]} -eq 0 ] || kill -KILL "${pids[@]}" 2>/dev/null || true
}

slurm_port() { # a port that nobody listens on
	local port
	while :; do
		port=$((20000 + RANDOM % 10000))
		if ! (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
			echo "$port"
			return
		fi
	done
}

slurm_write_conf() { # DIR NODE...
	local dir=$1 host node
	host=$(hostname -s)
	shift
	cat <<-EOT
	ClusterName=test
	SlurmctldHost=$host(127.0.0.1)
	SlurmctldPort=$(slurm_port)
	AuthType=auth/munge
	AuthInfo=socket=$dir/munge.sock
	CredType=cred/munge
	SlurmUser=root
	SlurmdUser=root
	StateSaveLocation=$dir/state
	SlurmdSpoolDir=$dir/spool-%n
	SlurmctldPidFile=$dir/slurmctld.pid
	SlurmdPidFile=$dir/slurmd-%n.pid
	SlurmctldLogFile=$dir/slurmctld.log
	SlurmdLogFile=$dir/slurmd-%n.log
	ProctrackType=proctrack/pgid
	TaskPlugin=task/none
	TaskProlog=$dir/prolog
	SelectType=select/linear
	SlurmdParameters=config_overrides
	SchedulerParameters=sched_interval=1
	MpiDefault=none
	ReturnToService=2
	SlurmdTimeout=6
	KillWait=2
	EOT
	for node; do
		echo "NodeName=$node NodeHostname=$host NodeAddr=127.0.0.1" \
			"Port=$(slurm_port) CPUs=$(nproc)"
	done
	echo "PartitionName=all Nodes=ALL Default=YES State=UP MaxTime=INFINITE"
}

slurm_node() { # DIR NODE: starts it, again if need be
	SLURM_CONF=$(slurm_conf "$1") SLURM_TEST_NODE=$2 slurmd -N "$2"
}

slurm_await() { # NODE...: until all are ready
	local tries
	for ((tries = 0; tries < 120; tries++)); do
		[ "$(sinfo --noheader --Node --states=idle --format=%N \
			--nodes="$(tr ' ' , <<<"$*")" | wc -l)" -lt $# ] || return 0
		sleep 0.5
	done
	return 1
}

# slurm_up DIR NODE...: DIR/prolog (executable) runs before each task, and what it
# prints as "export VAR=VALUE" is the task's. Exports SLURM_CONF.
slurm_up() {
	local dir=$1 node
	shift
	mkdir "$dir/state"
	slurm_write_conf "$dir" "$@" >"$dir/slurm.conf"
	SLURM_CONF=$(slurm_conf "$dir")
	export SLURM_CONF
	head -c 1024 /dev/urandom >"$dir/munge.key"
	chmod 400 "$dir/munge.key"
	munged --force --socket="$dir/munge.sock" --key-file="$dir/munge.key" \
		--pid-file="$dir/munged.pid" --log-file="$dir/munged.log" \
		--seed-file="$dir/munge.seed"
	slurmctld
	for node; do
		mkdir "$dir/spool-$node"
		slurm_node "$dir" "$node"
	done
	slurm_await "$@"
}

slurm_down() { # DIR
	local tries
	for ((tries = 0; tries < 10; tries++)); do
		slurm_kill "$1"
		[ -n "$(slurm_pids "$1")" ] || return 0
		sleep 0.2
	done
	return 1
}
