# What every script here starts with: strict mode, the repository as the working folder, the tools on PATH, and a few
# words for progress, failure and scratch folders. Sourced, never run. Keeps to bash 3.2, which is what macOS has.
# shellcheck shell=bash disable=SC2034 # variables are for the scripts that source this
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Tools are found although a fresh shell knows none of them: ours (.tools), npm's, and cargo's, which comes before the system's
# because the system's Rust, if there is one, has no rustup around it.
cargo_bin=${CARGO_HOME:-$HOME/.cargo}/bin
[[ :$PATH: == *:$cargo_bin:* ]] || PATH=$cargo_bin:$PATH
PATH=$PWD/.tools/bin:$PWD/node_modules/.bin:$PATH
export PATH
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 # the browser is the system's Chromium, see scripts/setup

# Where cargo builds, for those who look for its results.
target_dir=${CARGO_TARGET_DIR:-target}
# The target of everything that runs in a browser.
wasm=wasm32-unknown-unknown

say() { printf '%s\n' "$*"; }

# die WHAT [NEXT-STEP...]: ends the script, says what is wrong and, on lines of their own, what to do about it.
die() {
  printf 'error: %s\n' "$1" >&2
  shift
  (($# == 0)) || printf '  → %s\n' "$@" >&2
  exit 1
}

# The one EXIT trap: scratch folders go, and a script that called `header` says how long it took.
scratch_dirs=() header_name='' header_start=0
at_exit() {
  local status=$?
  ((${#scratch_dirs[@]} == 0)) || rm -rf "${scratch_dirs[@]}"
  if [[ $header_name ]]; then
    if ((status == 0)); then say "── $header_name: $((SECONDS - header_start)) s"; else say "── $header_name: failed after $((SECONDS - header_start)) s"; fi
  fi
}
trap at_exit EXIT

# header NAME: opens a script's output, and makes its end report the time.
header() {
  header_name=$1 header_start=$SECONDS
  say "── $header_name"
}

# scratch: sets $scratch to a new folder that is removed when the script ends.
scratch() {
  scratch=$(mktemp -d)
  scratch_dirs+=("$scratch")
}

# timed NAME COMMAND...: runs it and prints its name and time.
timed() {
  local name=$1 start=$SECONDS
  shift
  "$@"
  say "   $name: $((SECONDS - start)) s"
}

# find_chrome: prints the browser's path: $CHROME, or the first Chromium or Chrome in the usual places.
find_chrome() {
  local name
  for name in "${CHROME:-}" chromium chromium-browser google-chrome google-chrome-stable \
    "/Applications/Chromium.app/Contents/MacOS/Chromium" "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
    [[ $name ]] && command -v "$name" && return
  done
  return 1
}

# find_chromedriver: prints the driver's path: $CHROMEDRIVER, or the one on PATH.
find_chromedriver() { command -v "${CHROMEDRIVER:-chromedriver}"; }

# find_firefox: prints the path of Firefox: $FIREFOX, or one in the usual places.
find_firefox() {
  local name
  for name in "${FIREFOX:-}" firefox-esr firefox "/Applications/Firefox.app/Contents/MacOS/firefox"; do
    [[ $name ]] && command -v "$name" && return
  done
  return 1
}

# find_webkit: prints the path of WebKitGTK's small browser, $WEBKIT_BROWSER or the distribution's, if its driver and a screen
# for it (Xvfb) are there too.
find_webkit() {
  local path
  command -v "${WEBKIT_DRIVER:-WebKitWebDriver}" >/dev/null && command -v Xvfb >/dev/null || return 1
  for path in "${WEBKIT_BROWSER:-}" /usr/lib/*/webkit2gtk-4.1/MiniBrowser /usr/libexec/webkit2gtk-4.1/MiniBrowser; do
    [[ $path && -x $path ]] && say "$path" && return
  done
  return 1
}

# lowest_rust: prints the lowest supported version of Rust, which is rust-version in Cargo.toml.
lowest_rust() { sed -n 's/^rust-version = "\([0-9.]*\)".*/\1/p' Cargo.toml | head -n 1; }

# toolchains: prints a line "VERSION NAME" for each toolchain of rustup's; without rustup, "VERSION" of the only one.
toolchains() {
  local name
  if ! command -v rustup >/dev/null; then
    rustc -vV | sed -n 's/^release: //p'
    return
  fi
  rustup toolchain list | while read -r name _; do
    RUSTUP_TOOLCHAIN=$name rustc -vV 2>/dev/null | sed -n "s|^release: \(.*\)|\1 $name|p"
  done
}

# has_wasm_target: whether the current toolchain ($RUSTUP_TOOLCHAIN) has std for wasm32. Each can name the folder of a target's std, but
# only where it is installed is there something in it.
has_wasm_target() { compgen -G "$(rustc --print target-libdir --target "$wasm")/libcore-*.rlib" >/dev/null; }

# How the wasm package is compiled. As a cdylib alone, since cargo does no link-time optimization for a package that is built as a
# library too. Panic messages name source files: not by folders of the machine that compiled them.
cargo_wasm=(env "RUSTFLAGS=--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}/registry/src/=" cargo rustc --profile wasm --target "$wasm" -p remote-refresh --lib --crate-type cdylib)

# llvm_major: the major version of LLVM this compiler was built with; coverage data is only readable by the same.
llvm_major() { rustc -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p'; }

# find_llvm_tools: exports LLVM_COV and LLVM_PROFDATA, from rustup's llvm-tools component or from the distribution.
find_llvm_tools() {
  local dir
  for dir in "$(rustc --print target-libdir)/../bin" "/usr/lib/llvm-$(llvm_major)/bin"; do
    if [[ -x $dir/llvm-cov && -x $dir/llvm-profdata ]]; then
      export LLVM_COV=$dir/llvm-cov LLVM_PROFDATA=$dir/llvm-profdata
      return
    fi
  done
  return 1
}

# The native crates. The root package is the wasm shell; a browser tests it. Every native step names the same set, so that
# cargo resolves the same features and nothing is compiled twice.
native=(--workspace --exclude remote-refresh)

# The programs, for steps that run them. With one test, a small one: what tests switch on in dependencies is on in these builds too
# then, so that nothing is compiled twice, be it before the tests or after them.
build_programs() { timed "programs" cargo build --quiet "${native[@]}" --bins --test wire_order; }

# need_build: for checks of what is in dist/. scripts/test builds once and says so by $BUILT.
need_build() { [[ ${BUILT:-} ]] || scripts/build; }
