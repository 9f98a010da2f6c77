# Completion of zwitness for fish: zwitness completion fish > ~/.config/fish/completions/zwitness.fish
# What comes next is asked of zwitness itself.

function __zwitness_complete
    set -l before (commandline -opc)
    set -l current (commandline -ct | string unescape)
    set -l lines (zwitness __complete $before[2..-1] "$current" 2>/dev/null </dev/null)
    set -l lead (string match -r -- '^--[^=]*=' "$current"; or echo)
    switch "$lines[1]"
        case words
            printf '%s\n' $lines[2..-1]
        case files
            printf '%s\n' "$lead"(__fish_complete_path (string replace -- "$lead" '' "$current"))
        case directories
            printf '%s\n' "$lead"(__fish_complete_directories (string replace -- "$lead" '' "$current"))
    end
end

complete -c zwitness -e
complete -c zwitness -f -a '(__zwitness_complete)'
