#!/usr/bin/env bash
# Puts a git that can keep refs in tables (2.45 or newer) into build/newer-git/bin, for `make test-reftable`.
#
# That is this machine's own git, or else the one of Debian 13, unpacked beside it: it runs on the C library that came
# with it, and nothing is installed. apt checks the packages' signatures.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

here=$PWD/build/newer-git
rm -rf "$here" && mkdir -p "$here/bin"
if git init --quiet --ref-format=reftable "$here/trial" 2>/dev/null; then
  ln -s "$(command -v git)" "$here/bin/git"
  exit 0
fi

command -v apt-get >/dev/null || { echo "git 2.45 or newer is needed, and this is no Debian to get one from" >&2; exit 1; }
mkdir -p "$here/lists/partial" "$here/cache/archives/partial"
: >"$here/status"
keys=/usr/share/keyrings/debian-archive-keyring.gpg
echo "deb [signed-by=$keys] http://deb.debian.org/debian trixie main" >"$here/sources.list"
options=(
  -qq -o APT::Sandbox::User=root
  -o Dir::Etc::sourcelist="$here/sources.list" -o Dir::Etc::sourceparts=/dev/null
  -o Dir::State="$here" -o Dir::State::status="$here/status" -o Dir::Cache="$here/cache"
)
apt-get "${options[@]}" update
apt-get "${options[@]}" install --yes --download-only --no-install-recommends git >/dev/null
for package in "$here"/cache/archives/*.deb; do
  dpkg-deb --extract "$package" "$here/root"
done

# Whatever of it is started by name runs on its own C library, too.
libraries=$(dirname "$(find "$here/root/usr/lib" -name 'libc.so.6' -print -quit)")
loader=$(find "$libraries" -name 'ld-linux*' -print -quit)
programs=$here/root/usr/lib/git-core
run_with_own_library() { # WRAPPER PROGRAM
  cat >"$1" <<WRAPPER
#!/bin/sh
export GIT_EXEC_PATH="$programs"
exec "$loader" --argv0 "\$0" --library-path "$libraries" "$2" "\$@"
WRAPPER
  chmod +x "$1"
}
run_with_own_library "$here/bin/git" "$here/root/usr/bin/git"
for name in git-remote-http git-daemon git-http-backend; do
  mv "$programs/$name" "$programs/real-$name"
  run_with_own_library "$programs/$name" "$programs/real-$name"
done
ln -sf "$here/bin/git" "$programs/git"
for name in git-receive-pack git-upload-pack git-upload-archive; do
  ln -s git "$here/bin/$name"
done
rm -rf "$here/cache" "$here/lists"
"$here/bin/git" --version
