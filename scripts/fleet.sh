#!/usr/bin/env bash
# Tunes every platform of a Slurm cluster: an exclusive task each, the results
# gathered, one header for all.
#
# usage: fleet.sh [OPTION]... [-- TUNE_OPTION...]
#
#   --nodes LIST           a platform each: these nodes, as in node[1-4],big
#   --constraints X,Y,...  a platform each: any node with this feature
#   --dir DIR              where runs, logs and states are kept, on a file
#                          system that all nodes share; default: results/fleet
#   --results DIR          the registry that finished runs join; default: results
#   --retries N            how often what failed or was lost is started again;
#                          default: 2
#   --poll SECONDS         how often Slurm is asked; default: 10
#
# TUNE_OPTIONs are scripts/tune.sh's, the same for every platform: -- --header
# --seconds 60 tries a cluster out, -- --thorough is for the record. Partition,
# account and time limit are sbatch's own variables (SBATCH_PARTITION and so on).
#
# A node that refuses (too noisy, unfit target), fails or dies is named with its
# reason and does not stop the others. Started again with the same --dir, what
# is finished stays, what runs is waited for, what was cut off goes on. Exits 0
# if every platform has its results, 1 if any is missing.
#
# Without Slurm a run is one command and one folder:
#   ssh NODE 'cd REPOSITORY && scripts/tune.sh --out DIR/NODE/run'
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

dir=$root/results/fleet
results=$root/results
retries=2
poll=10
selectors=() # "NAME --nodelist" or "NAME --constraint", as in $dir/platforms
tune_options=()
queue=
declare -A job tries

select_platforms() { # OPTION VALUE
	local names name
	if [ "$1" = --nodes ]; then
		names=$(scontrol show hostnames "$2") || die "--nodes: $2"
		set -- --nodelist
	else
		names=$(tr , '\n' <<<"$2")
		set -- --constraint
	fi
	for name in $names; do
		[[ $name =~ ^[A-Za-z0-9][A-Za-z0-9._-]*$ ]] ||
			die "$1: not one name: $name"
		[[ " ${selectors[*]} " != *" $name --"* ]] ||
			die "$1: given twice: $name"
		selectors+=("$name $1")
	done
}

options() { # ARGUMENT...
	while [ $# -gt 0 ]; do
		case $1 in
		--nodes | --constraints | --dir | --results | --retries | --poll)
			[ -n "${2:-}" ] || die "$1: needs a value: see --help"
			;;&
		--nodes | --constraints) select_platforms "$1" "$2" ;;
		--dir) dir=$(realpath -m "$2") ;;
		--results) results=$(realpath -m "$2") ;;
		--retries) retries=$2 ;;
		--poll) poll=$2 ;;
		-h | --help) usage && exit 0 ;;
		--)
			shift
			tune_options=("$@")
			return
			;;
		*) die "$1: unknown option: see --help" ;;
		esac
		shift 2
	done
	[[ $retries =~ ^[0-9]+$ ]] || die "--retries: not a number: $retries"
	[[ $poll =~ ^[1-9][0-9]*$ ]] || die "--poll: not a number: $poll"
}

# A directory never mixes two fleets: platforms, options and sources are kept,
# so that what is tuned late is tuned like what was tuned early.
settle() {
	local kept
	[ ${#selectors[@]} -gt 0 ] || [ -s "$dir/platforms" ] ||
		die "no platforms: see --nodes in --help"
	mkdir -p "$dir" || die "--dir: cannot be made: $dir"
	exec 9>"$dir/lock"
	flock -n 9 || die "another fleet.sh is at work: $dir"
	if [ ! -e "$dir/platforms" ]; then
		rm -rf "$dir/sources.git"
		git clone --quiet --bare --no-hardlinks "$root" "$dir/sources.git"
		[ -z "$(git -C "$root" status --porcelain -uno)" ] ||
			echo "$program: uncommitted changes stay behind: $root" >&2
		printf '%s\n' "${tune_options[@]}" | sed '/^$/d' >"$dir/options"
		printf '%s\n' "${selectors[@]}" >"$dir/platforms.new"
		mv "$dir/platforms.new" "$dir/platforms"
	elif [ ${#selectors[@]} -gt 0 ]; then
		kept=$(cat "$dir/platforms" "$dir/options")
		[ "$(printf '%s\n' "${selectors[@]}" "${tune_options[@]}")" = \
			"$kept" ] ||
			die "--dir: begun with other platforms or options: $dir"
	fi
	mapfile -t selectors <"$dir/platforms"
}

state() { # NAME: the first word that its task left
	if [ -e "$dir/$1/state" ]; then
		cut -f1 "$dir/$1/state"
	else
		echo waiting
	fi
}

reason() { # NAME
	[ ! -e "$dir/$1/state" ] || cut -f2- "$dir/$1/state"
}

note() { # NAME STATE REASON: what a task could not say itself
	printf '%s\t%s\n' "$2" "$3" >"$dir/$1/state"
}

# Slurm gives all tasks of an array the same nodes to choose from, so that each
# platform is an array of one task.
submit() { # INDEX
	local name select
	read -r name select <<<"${selectors[$1]}"
	mkdir -p "$dir/$name"
	rm -f "$dir/$name/state"
	job[$name]=$(FLEET_DIR=$dir sbatch --parsable --array="$1" \
		"$select=$name" --output="$dir/$name/log" --open-mode=append \
		--export=ALL "$root/scripts/fleet.sbatch") ||
		die "Slurm takes no job for $name: continue with: $0 --dir $dir"
	job[$name]=${job[$name]%%;*}
	echo "${job[$name]}" >"$dir/$name/job"
	tries[$name]=$((${tries[$name]:-0} + 1))
}

# Jobs of this user, also those that ended a while ago: job, state, reason.
ask() {
	queue=$(squeue --noheader --states=all --user="$(id -un)" \
		--format='%F %T %r') || {
		echo "$program: Slurm does not answer: asking again" >&2
		return 1
	}
}

# Does Slurm still have its job? One that waits for a node that is down is taken
# back: it could wait for ever.
alive() { # NAME
	local what
	what=$(awk -v job="${job[$1]}" '$1 == job { print $2, $3; exit }' \
		<<<"$queue")
	case $what in
	PENDING*NotAvail* | PENDING*DOWN* | PENDING*BadConstraints*)
		scancel "${job[$1]}" || true
		note "$1" unavailable "Slurm: ${what#PENDING }"
		return 1
		;;
	'' | COMPLETED* | FAILED* | CANCELLED* | TIMEOUT* | DEADLINE* | \
		NODE_FAIL* | BOOT_FAIL* | PREEMPTED* | OUT_OF_MEMORY*)
		case $(state "$1") in
		waiting | running)
			note "$1" lost "Slurm: ${what:-no such job} $(reason "$1")"
			;;
		esac
		return 1
		;;
	esac
}

# Goes on waiting for the jobs of an earlier start, submits what lacks one.
start() {
	local index name
	until ask; do
		sleep "$poll"
	done
	for index in "${!selectors[@]}"; do
		name=${selectors[$index]%% *}
		[ "$(state "$name")" != finished ] || continue
		job[$name]=$(cat "$dir/$name/job" 2>/dev/null || true)
		tries[$name]=0
		if [ -z "${job[$name]}" ] || ! alive "$name"; then
			submit "$index"
		fi
	done
}

# One pass over all platforms; sets `left` to how many may still change, and
# `line` to what they do.
look() {
	local index name
	ask || return 0
	left=0
	line=
	for index in "${!selectors[@]}"; do
		name=${selectors[$index]%% *}
		if [ -n "${job[$name]:-}" ] && ! alive "$name"; then
			job[$name]=
			case $(state "$name") in
			failed | lost)
				[ "${tries[$name]}" -gt "$retries" ] ||
					submit "$index"
				;;
			esac
		fi
		[ -z "${job[$name]:-}" ] || left=$((left + 1))
		line+="  $name $(state "$name")"
	done
}

# A line that is rewritten on a terminal, and printed when it changes elsewhere.
watch() {
	local before='' left=1 line=''
	while look && [ "$left" -gt 0 ]; do
		if [ -t 1 ]; then
			printf '\r\033[K%s' "$line"
		elif [ "$line" != "$before" ]; then
			echo "$line"
		fi
		before=$line
		sleep "$poll"
	done
	[ ! -t 1 ] || printf '\r\033[K'
	echo "$line"
}

fact() { # KEY FILE
	sed -n "s/^\(# \)\?$1\t//p;/^[^#]*\ttime_ns$/q" "$2" | head -n 1
}

# A finished run joins the registry once; sets `joined` to its folder there.
join() { # NAME
	local run=$dir/$1/run id time
	id=$(fact platform_id "$run/platform.tsv")
	time=$(fact started_utc "$run/measurements.tsv" | tr -d :)
	joined=$results/$id/$time
	# two nodes of one platform may begin in the same second
	if [ -e "$joined" ] &&
		! cmp -s "$run/measurements.tsv" "$joined/measurements.tsv"; then
		joined+=-$1
	fi
	[ ! -e "$joined" ] || return 0
	mkdir -p "$results/$id"
	rm -rf "$joined.new"
	cp -r "$run" "$joined.new"
	mv "$joined.new" "$joined"
}

# Registers what finished, names what did not, emits the header of all.
gather() {
	local name id joined decisions=() missing=0
	declare -A taken=()
	for name in "${selectors[@]%% *}"; do
		if [ "$(state "$name")" != finished ]; then
			echo "   $name: $(state "$name"): $(reason "$name")"
			missing=$((missing + 1))
			continue
		fi
		join "$name"
		echo "   $name: $joined"
		id=$(fact platform_id "$joined/platform.tsv")
		if [ -n "${taken[$id]:-}" ]; then
			echo "   $name: is the platform that ${taken[$id]} is:" \
				"left out of the header"
			continue
		fi
		taken[$id]=$name
		decisions+=("$joined/decisions.tsv")
	done
	if [ ${#decisions[@]} -gt 0 ]; then
		"$root/build/stock/tune/pmem-tune" emit "${decisions[@]}" \
			--out "$dir/pmem_tuned.h"
		echo "   header of ${#decisions[@]} platforms: $dir/pmem_tuned.h"
	fi
	[ "$missing" = 0 ] || {
		echo "   $missing of ${#selectors[@]} missing: continue with:" \
			"$0 --dir $dir"
		return 1
	}
}

stopped() {
	echo >&2
	echo "$program: stopped: jobs go on; continue with: $0 --dir $dir" >&2
	exit 130
}

[[ " $* " != *" --nodes "* ]] || command -v scontrol >/dev/null ||
	die "Slurm is not installed here: scontrol: see --help for ssh"
options "$@"
command -v sbatch >/dev/null ||
	die "Slurm is not installed here: sbatch: see --help for ssh"
settle
trap stopped INT TERM
heading "Build what emits the common header"
(cd "$root" && build stock -- pmem-tune)
heading "Tune ${#selectors[@]} platforms"
start
watch
heading "Results"
gather
