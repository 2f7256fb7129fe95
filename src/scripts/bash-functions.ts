/** The functions that a rendered bash script is made of, each written only where it is used. */

import type { FunctionText } from './functions';

/** Their names, in the order in which they are written. */
export type BashFunction =
  | 'log'
  | 'quoted'
  | 'annotate'
  | 'fail'
  | 'on_exit'
  | 'finish_step'
  | 'step'
  | 'run'
  | 'retry'
  | 'attempt'
  | 'capture'
  | 'expect'
  | 'need'
  | 'empty_folder'
  | 'copy_tree';

/** `@SCRIPT@` stands for the file's name. */
export const BASH_FUNCTIONS: Record<BashFunction, FunctionText<BashFunction>> = {
  log: {
    uses: [],
    text: `
log() { printf '%s\\n' "$*" | tee -a "$LOG_FILE"; }
`,
  },
  quoted: {
    uses: [],
    text: `
# The arguments as one line that can be pasted into a shell.
quoted() {
  local line
  printf -v line ' %q' "$@"
  printf '%s' "\${line:1}"
}
`,
  },
  annotate: {
    uses: [],
    text: `
# Shows an error on the pull request, where there is one.
annotate() {
  [[ \${GITHUB_ACTIONS:-} == true ]] || return 0
  local message=\${1//'%'/%25}
  message=\${message//$'\\r'/%0D}
  printf '::error title=@SCRIPT@::%s\\n' "\${message//$'\\n'/%0A}"
}
`,
  },
  fail: {
    uses: ['annotate', 'log'],
    text: `
# Ends the script with a message that says what to do.
fail() {
  EXPLAINED=yes
  log "@SCRIPT@: $STEP: $*" >&2
  annotate "$STEP: $*"
  exit 1
}
`,
  },
  on_exit: {
    uses: ['annotate'],
    text: `
# Whatever ends the script early is named: the step, the command and the log.
on_exit() {
  local status=$?
  trap - EXIT
  if ((status != 0)) && [[ -z $EXPLAINED ]]; then
    [[ \${GITHUB_ACTIONS:-} != true ]] || printf '::endgroup::\\n'
    printf '\\n@SCRIPT@: step "%s" failed with exit status %s\\n' "$STEP" "$status" >&2
    printf '  command: %s\\n  log:     %s\\n' "$COMMAND" "$LOG_FILE" >&2
    annotate "step \\"$STEP\\" failed with exit status $status: $COMMAND"
  fi
  exit "$status"
}
`,
  },
  finish_step: {
    uses: [],
    text: `
finish_step() {
  [[ -n $STEP ]] || return 0
  printf '%s\\t%s\\n' "$STEP" "$((SECONDS - STEP_STARTED))" >>"$STEPS_FILE"
  STEP=''
  [[ \${GITHUB_ACTIONS:-} != true ]] || printf '::endgroup::\\n'
}
`,
  },
  step: {
    uses: ['finish_step', 'log'],
    text: `
step() {
  finish_step
  STEP=$1 STEP_STARTED=$SECONDS COMMAND=''
  if [[ \${GITHUB_ACTIONS:-} == true ]]; then printf '::group::%s\\n' "$STEP"; fi
  log "==> $STEP"
}
`,
  },
  run: {
    uses: ['quoted', 'log'],
    text: `
run() {
  COMMAND=$(quoted "$@")
  log "+ $COMMAND"
  "$@" 2>&1 | tee -a "$LOG_FILE"
}
`,
  },
  retry: {
    uses: ['quoted', 'log'],
    text: `
# Runs a command that reaches over a network, up to so many times.
retry() {
  local attempts=$1 attempt status
  shift
  COMMAND=$(quoted "$@")
  for ((attempt = 1; ; attempt++)); do
    log "+ $COMMAND"
    "$@" 2>&1 | tee -a "$LOG_FILE" && return 0
    status=$?
    if ((attempt == attempts)); then return "$status"; fi
    log "attempt $attempt of $attempts failed with exit status $status; trying again in $((attempt * 5)) s"
    sleep "$((attempt * 5))"
  done
}
`,
  },
  attempt: {
    uses: ['log', 'quoted'],
    text: `
# Runs a command whose failure does not matter.
attempt() {
  log "+ $(quoted "$@") || true"
  "$@" >>"$LOG_FILE" 2>&1 || true
}
`,
  },
  capture: {
    uses: ['quoted', 'log'],
    text: `
# Keeps in a variable what a command prints.
capture() {
  local variable=$1 value
  shift
  COMMAND=$(quoted "$@")
  log "+ $COMMAND"
  value=$("$@" 2> >(tee -a "$LOG_FILE" >&2))
  printf -v "$variable" '%s' "$value"
  log "$variable=$value"
}
`,
  },
  expect: {
    uses: ['quoted', 'fail', 'log'],
    text: `
# Fails with an advice unless a command prints what is expected.
expect() {
  local expected=$1 advice=$2 actual
  shift 2
  COMMAND=$(quoted "$@")
  log "+ $COMMAND"
  actual=$("$@" 2> >(tee -a "$LOG_FILE" >&2))
  [[ $actual == "$expected" ]] || fail "expected '$expected', got '$actual' from: $COMMAND. $advice"
}
`,
  },
  need: {
    uses: ['fail'],
    text: `
need() { command -v "$1" >/dev/null || fail "$1 is not on the PATH. $2"; }
`,
  },
  empty_folder: {
    uses: [],
    text: `
empty_folder() {
  rm -rf -- "$1"
  mkdir -p -- "$1"
}
`,
  },
  copy_tree: {
    uses: ['fail', 'run'],
    text: `
copy_tree() {
  [[ -d $1 ]] || fail "$1 is not a folder"
  [[ $2/ != "$1"/* ]] || fail "$2 lies inside $1, which would be copied into itself: set BUILD_DIR to another place"
  mkdir -p -- "$2"
  run cp -a -- "$1/." "$2"
}
`,
  },
};
