# bash completion for l2tpd-control: verbs from its help, names of sections, ids of tunnels and calls
# from the running daemon.

# A word of the line without its quotes, into $plain.  (Not by eval: what stands there would be run.)
_l2tpd_control_plain()
{
    plain=$1
    case $plain in
    \'*\' | \"*\")
        plain=${plain#?}
        plain=${plain%?}
        ;;
    \~/*) plain=$HOME/${plain#??} ;;
    *) plain=${plain//\\/} ;;
    esac
}

# Its answers, by the FIFO that stands on the command line; nothing if no daemon answers.
_l2tpd_control_ask()
{
    local i plain fifo=()

    for ((i = 1; i < COMP_CWORD; i++)); do
        if [[ ${COMP_WORDS[i]} == -c ]]; then
            _l2tpd_control_plain "${COMP_WORDS[i + 1]}"
            fifo=(-c "$plain")
        fi
    done
    _l2tpd_control_plain "${COMP_WORDS[0]}"
    "$plain" "${fifo[@]}" -t 2 "$@" 2>/dev/null
}

# _l2tpd_control_names lac|lns: names of sections that are one word, as connect and add take them.
_l2tpd_control_names()
{
    _l2tpd_control_ask available | sed -n "s/^AVAILABLE $1\.[0-9]*\.name=\([^[:blank:]]*\)\$/\1/p"
}

# _l2tpd_control_all lac|lns: those with blanks, too, for what takes them; but none of the nameless.
_l2tpd_control_all()
{
    _l2tpd_control_ask available |
        sed -n -e '/=(unnamed #[0-9]*)$/d' -e "s/^AVAILABLE $1\.[0-9]*\.name=\(.*\)\$/\1/p"
}

# _l2tpd_control_ids tunnel|call
_l2tpd_control_ids()
{
    _l2tpd_control_ask metrics | sed -n "s/^l2tpd_${1}_age_seconds{.*\b$1=\"\([0-9]*\)\".*/\1/p"
}

# Offers those of the lines that begin with the word, as they are to be written in the shell.  (Not by
# compgen -W, which expands its words: what a section is called would be run.)
_l2tpd_control_offer()
{
    local line quoted

    COMPREPLY=()
    while read -r line; do
        printf -v quoted %q "$line"
        if [[ -n $line && ($line == "$1"* || $quoted == "$1"*) ]]; then
            COMPREPLY+=("$quoted")
        fi
    done <<<"$2"
}

_l2tpd_control()
{
    local word=${COMP_WORDS[COMP_CWORD]} verb= at=1 words= plain= IFS=$'\n'

    while ((at < COMP_CWORD)); do
        case ${COMP_WORDS[at]} in
        -c | -t) ((at += 2)) ;;
        -*) ((at++)) ;;
        *)
            verb=${COMP_WORDS[at]}
            break
            ;;
        esac
    done
    case ${COMP_WORDS[COMP_CWORD - 1]} in
    -c)
        COMPREPLY=($(compgen -f -- "$word"))
        return
        ;;
    esac
    if [[ -z $verb ]]; then
        _l2tpd_control_plain "${COMP_WORDS[0]}"
        words=$("$plain" --help | sed -n -e 's/^  \([a-z][a-z-]*\) .*/\1/p' \
            -e 's/^  \(-[a-z-]*\) .*/\1/p')
    elif ((COMP_CWORD == at + 1)); then
        case $verb in
        connect | connect-lac | dial)
            words=$(_l2tpd_control_names lac)$'\n'$(_l2tpd_control_ids tunnel)
            ;;
        disconnect | disconnect-lac)
            words=$(_l2tpd_control_all lac)$'\n'$(_l2tpd_control_ids tunnel)
            ;;
        add-lac | add) words=$(_l2tpd_control_names lac) ;;
        add-lns) words=$(_l2tpd_control_names lns) ;;
        remove-lac | remove | status-lac) words=$(_l2tpd_control_all lac) ;;
        remove-lns | status-lns) words=$(_l2tpd_control_all lns) ;;
        hangup) words=$(_l2tpd_control_ids call) ;;
        status) words=--json ;;
        esac
    fi
    if [[ $verb == log ]]; then
        words=$(printf '%s\n' {,-}{avp,network,packet,state,tunnel,xport,pppd} all none)
    fi
    _l2tpd_control_offer "$word" "$words"
}

complete -F _l2tpd_control l2tpd-control
