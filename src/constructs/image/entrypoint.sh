#!/bin/bash -p
# Runs a command as the owner of a mounted /workspace, so that new files belong to the owner of the checkout.
# Without a mount, or if the container's user is not root (docker run --user), it only runs the command.
#
# Root runs no code of the checkout: with -p, bash ignores BASH_ENV, and every program has its full path.
set -euo pipefail

readonly workspace=/workspace home=/home/builder

# Succeeds if a folder is a mount point. Device numbers do not reveal a bind mount.
mounted() {
  local target
  while read -r _ _ _ _ target _; do
    if [[ $target == "$1" ]]; then return 0; fi
  done </proc/self/mountinfo
  return 1
}

# Prints setpriv's option to keep the groups of docker run --group-add, such as the group of a device.
groups_option() {
  local group roots added=''
  roots=" $(/usr/bin/id --groups root) "
  for group in "${GROUPS[@]}"; do
    if [[ $roots != *" $group "* ]]; then added+=,$group; fi
  done
  if [[ $added ]]; then echo "--groups=${added#,}"; else echo --clear-groups; fi
}

# Changes the owner of the home folder and standard streams. Errors are ignored: the root file system may be read-only.
hand_over() {
  local uid=$1 gid=$2 fd
  if ! mounted "$home"; then /usr/bin/chown "$uid:$gid" "$home" 2>/dev/null || true; fi
  # Only the owner of a terminal or pipe can open it by a name such as /dev/stderr.
  for fd in 0 1 2; do
    if [[ -t $fd || -p /dev/fd/$fd ]]; then /usr/bin/chown "$uid" "/proc/$$/fd/$fd" 2>/dev/null || true; fi
  done
  # The user and its group have different names: if they were equal, a login shell would set umask 002.
  /usr/bin/sed --in-place "s/^\(builder:x\):[0-9]*:[0-9]*:/\1:$uid:$gid:/" /etc/passwd 2>/dev/null || true
  /usr/bin/sed --in-place "s/^\(workspace:x\):[0-9]*:/\1:$gid:/" /etc/group 2>/dev/null || true
}

if ((EUID == 0)) && mounted "$workspace"; then
  owner=$(/usr/bin/stat --format=%u:%g "$workspace")
  uid=${owner%:*} gid=${owner#*:}
  # Under a rootless daemon, the caller is root in the container and owns the checkout.
  if ((uid != 0)); then
    as_owner=(/usr/bin/setpriv --reuid="$uid" --regid="$gid" "$(groups_option)")
    if ! "${as_owner[@]}" /usr/bin/true; then
      printf '%s: cannot become uid %s, which owns %s: start the container with --user %s\n' \
        "${0##*/}" "$uid" "$workspace" "$owner" >&2
      exit 125
    fi
    hand_over "$uid" "$gid"
    # /root is Docker's default; a HOME that the caller sets is kept.
    if [[ ${HOME:-/root} == /root ]]; then export HOME=$home; fi
    exec "${as_owner[@]}" "$0" "$@"
  fi
fi

# Docker sets HOME=/ for a user without an entry in /etc/passwd.
if ((EUID != 0)) && [[ ${HOME:-/} == / || $HOME == "$home" ]] && [[ ! -w ${HOME:-/} ]]; then
  if temporary=$(/usr/bin/mktemp --directory 2>/dev/null); then export HOME=$temporary; fi
fi
exec -- "$@"
