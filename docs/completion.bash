# bash completion for wgtopo. Made by `wgtopo help --format bash`: do not edit.
# shellcheck shell=bash

_wgtopo_verbs()
{
	echo "init import check compile plan prove explain report user key lab fmt schema help"
}

# What may follow verb $1 before anything else, where it is half of one.
_wgtopo_second_words()
{
	case $1 in
	user) echo "add list show qr revoke rotate" ;;
	key) echo "gen host import export list rotate check reseal" ;;
	esac
}

# The options of verb $1, each with the kind of its value behind a colon.
_wgtopo_options()
{
	case $1 in
	"init") echo "--help: -h:" ;;
	"import") echo "-o:yaml --output:yaml --force: --format:values=text,json --color:values=auto,always,never --help: -h:" ;;
	"check") echo "--format:values=text,json,junit,sarif,github,gitlab,names --strict: --allow:any --as-of:any --color:values=auto,always,never --help: -h:" ;;
	"compile") echo "-o:folder --output:folder --host:node --formats:list=app,guide,hosts,key,qr,reload,routes,wg-quick --locked: --no-prove: --strict: --allow:any --force: --passphrase-file:file --passphrase-env:any --key-file:file --no-keys: --as-of:any --format:values=text,json,sarif,github,gitlab --color:values=auto,always,never --help: -h:" ;;
	"plan") echo "-o:folder --output:folder --against:any --exit-code: --passphrase-file:file --passphrase-env:any --key-file:file --no-keys: --as-of:any --format:values=text,json,markdown --color:values=auto,always,never --help: -h:" ;;
	"prove") echo "--strict: --allow:any --format:values=text,json --color:values=auto,always,never --help: -h:" ;;
	"explain") echo "--rule:any --without:node --format:values=text,json --as-of:any --color:values=auto,always,never --help: -h:" ;;
	"report") echo "-o:file --output:file --format:values=html,dot,mermaid,svg --strict: --allow:any --as-of:any --color:values=auto,always,never --help: -h:" ;;
	"user add") echo "--device:node --group:any --gateway:any --expires:any --public-key:any -t:yaml --topology:yaml -o:folder --output:folder --force: --new-keystore: --passphrase-file:file --passphrase-env:any --key-file:file --as-of:any --color:values=auto,always,never --help: -h:" ;;
	"user list") echo "--within:any -t:yaml --topology:yaml --as-of:any --format:values=text,json --color:values=auto,always,never --help: -h:" ;;
	"user show") echo "-t:yaml --topology:yaml -o:folder --output:folder --as-of:any --color:values=auto,always,never --help: -h:" ;;
	"user qr") echo "--png:file -t:yaml --topology:yaml --passphrase-file:file --passphrase-env:any --key-file:file --as-of:any --color:values=auto,always,never --help: -h:" ;;
	"user revoke") echo "-t:yaml --topology:yaml -o:folder --output:folder --force: --new-keystore: --passphrase-file:file --passphrase-env:any --key-file:file --as-of:any --color:values=auto,always,never --help: -h:" ;;
	"user rotate") echo "-t:yaml --topology:yaml -o:folder --output:folder --force: --new-keystore: --passphrase-file:file --passphrase-env:any --key-file:file --as-of:any --color:values=auto,always,never --help: -h:" ;;
	"key gen") echo "-t:yaml --topology:yaml --passphrase-file:file --passphrase-env:any --key-file:file --new-keystore: --as-of:any --color:values=auto,always,never --help: -h:" ;;
	"key host") echo "-t:yaml --topology:yaml --as-of:any --color:values=auto,always,never --help: -h:" ;;
	"key import") echo "-t:yaml --topology:yaml --passphrase-file:file --passphrase-env:any --key-file:file --new-keystore: --as-of:any --color:values=auto,always,never --help: -h:" ;;
	"key export") echo "-t:yaml --topology:yaml --passphrase-file:file --passphrase-env:any --key-file:file --new-keystore: --as-of:any --color:values=auto,always,never --help: -h:" ;;
	"key list") echo "-t:yaml --topology:yaml --passphrase-file:file --passphrase-env:any --key-file:file --as-of:any --format:values=text,json --color:values=auto,always,never --help: -h:" ;;
	"key rotate") echo "--finish: --abort: --public-key:any -t:yaml --topology:yaml --passphrase-file:file --passphrase-env:any --key-file:file --as-of:any --color:values=auto,always,never --help: -h:" ;;
	"key check") echo "--prune: -t:yaml --topology:yaml --passphrase-file:file --passphrase-env:any --key-file:file --as-of:any --color:values=auto,always,never --help: -h:" ;;
	"key reseal") echo "-t:yaml --topology:yaml --passphrase-file:file --passphrase-env:any --key-file:file --new-passphrase-file:file --new-passphrase-env:any --new-key-file:file --new-preshared-keys: --help: -h:" ;;
	"lab") echo "--keep: --thorough: --dir:folder --format:values=text,json --help: -h:" ;;
	"fmt") echo "--check: --diff: --color:values=auto,always,never --help: -h:" ;;
	"schema") echo "--format:values=json,markdown,mdoc --help: -h:" ;;
	"help") echo "--format:values=text,mdoc,bash --help: -h:" ;;
	esac
}

# The kind of operand number $2, from 0, of verb $1.
_wgtopo_operand()
{
	case $1:$2 in
	"init:0") echo yaml ;;
	"import:0") echo file ;;
	"check:0") echo yaml ;;
	"compile:0") echo yaml ;;
	"plan:0") echo yaml ;;
	"prove:0") echo folder ;;
	"explain:0") echo yaml ;;
	"explain:1") echo node ;;
	"explain:2") echo node ;;
	"report:0") echo yaml ;;
	"user add:0") echo node ;;
	"user show:0") echo node ;;
	"user qr:0") echo node ;;
	"user revoke:0") echo node ;;
	"user rotate:0") echo node ;;
	"key gen:0") echo node ;;
	"key host:0") echo node ;;
	"key host:1") echo any ;;
	"key import:0") echo node ;;
	"key import:1") echo file ;;
	"key export:0") echo node ;;
	"key rotate:0") echo node ;;
	"lab:0") echo folder ;;
	"fmt:0") echo yaml ;;
	"help:0") echo values=init,import,check,compile,plan,prove,explain,report,user,key,lab,fmt,schema,help ;;
	esac
}

# The kind of what follows option $2 of verb $1: empty where it takes nothing.
_wgtopo_kind_of_option()
{
	local kinds kind
	kinds=$(_wgtopo_options "$1")
	for kind in $kinds; do
		[[ ${kind%%:*} == "$2" ]] && echo "${kind#*:}"
	done
}

# Candidates of kind $1 for the word $2. $3: the topology, where one is given.
_wgtopo_candidates()
{
	case $1 in
	folder) compgen -d -- "$2" ;;
	file) compgen -f -- "$2" ;;
	yaml)
		compgen -f -X '!*.yaml' -- "$2"
		compgen -f -X '!*.yml' -- "$2"
		compgen -d -- "$2"
		;;
	node)
		[[ -f $3 ]] || return
		compgen -W "$("${COMP_WORDS[0]}" check "$3" --format names 2>/dev/null)" -- "$2"
		;;
	values=*) compgen -W "$(tr , ' ' <<<"${1#values=}")" -- "$2" ;;
	list=*)
		local before=""
		[[ $2 == *,* ]] && before=${2%,*},
		compgen -P "$before" -W "$(tr , ' ' <<<"${1#list=}")" -- "${2##*,}"
		;;
	esac
}

_wgtopo()
{
	local word=${COMP_WORDS[COMP_CWORD]} verb=${COMP_WORDS[1]} kind="" topology=""
	local -a operands=()
	local i kinds first=2 seconds
	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		mapfile -t COMPREPLY < <(compgen -W "$(_wgtopo_verbs) --help --version" -- "$word")
		return
	fi
	seconds=$(_wgtopo_second_words "$verb")
	if [[ -n $seconds ]]; then
		if ((COMP_CWORD == 2)); then
			mapfile -t COMPREPLY < <(compgen -W "$seconds --help" -- "$word")
			return
		fi
		verb+=" ${COMP_WORDS[2]}"
		first=3
	fi
	# `kind` is what the word behind the option at hand is; '=' is a word of its own in bash.
	for ((i = first; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		=) ;;
		-*) kind=$(_wgtopo_kind_of_option "$verb" "${COMP_WORDS[i]}") ;;
		*)
			[[ -z $kind ]] && operands+=("${COMP_WORDS[i]}")
			[[ $kind == yaml ]] && topology=${COMP_WORDS[i]}
			kind=""
			;;
		esac
	done
	[[ $word == "=" ]] && word=""
	if [[ -z $kind && $word == -* ]]; then
		kinds=$(_wgtopo_options "$verb")
		mapfile -t COMPREPLY < <(for i in $kinds; do compgen -W "${i%%:*}" -- "$word"; done)
		return
	fi
	[[ -z $topology ]] && topology=${operands[0]:-}
	[[ -f $topology ]] || topology=topology.yaml
	[[ -z $kind ]] && kind=$(_wgtopo_operand "$verb" "${#operands[@]}")
	[[ $kind == folder || $kind == file || $kind == yaml ]] && compopt -o filenames 2>/dev/null
	mapfile -t COMPREPLY < <(_wgtopo_candidates "$kind" "$word" "$topology")
}
complete -F _wgtopo wgtopo
