/** `docker/Dockerfile`: the toolchain image. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TOOLCHAIN_PREFIX as PREFIX } from '../../declaration/toolchain';
import type { Plan, PlannedBuild, PlannedPlatform } from '../../plan/plan';
import { isOn, platformsOn } from '../../plan/select';

/** Where the checkout is mounted. */
export const WORKSPACE = '/workspace';

/** The user name of a mounted workspace's owner, who has a home folder in the image. */
export const USER = 'builder';

/** The path of the entrypoint. */
const ENTRYPOINT = '/usr/local/bin/toolchain-entrypoint';

/** What BuildKit calls a processor. */
const TARGETARCH: Record<string, string> = { x86_64: 'amd64', aarch64: 'arm64' };

/** Return the Dockerfile's lines. */
export function dockerfile(
  { repository, pins, image }: Plan,
  build: PlannedBuild,
  header: readonly string[],
): string[] {
  const platforms = platformsOn(build, 'linux');
  return [
    `# syntax=${pins.dockerfileFrontend}`,
    '#',
    ...header.map((line) => `# ${line}`.trimEnd()),
    '',
    `FROM ${pins.micromamba} AS micromamba`,
    '',
    "# Alone, so that Conda's packages are installed anew only where one of these has changed.",
    'FROM scratch AS environment',
    // A lock file need not be there: a pattern may match nothing.
    `COPY ${[build.conda.file, ...platforms.map(({ lock }) => lock.replace(/k$/, '[k]'))].join(' ')} /`,
    '',
    '# The base brings the C and C++ compilers and the lowest glibc that the wheels run on. Everything else is from Conda.',
    ...bases(platforms),
    '',
    'SHELL ["/bin/bash", "-euo", "pipefail", "-c"]',
    '',
    'COPY --from=micromamba /bin/micromamba /usr/local/bin/micromamba',
    '',
    '# The environment is active for every process, with or without a shell that reads its start-up files.',
    `ENV CONDA_PREFIX=${PREFIX} \\`,
    '    MAMBA_ROOT_PREFIX=/opt/micromamba \\',
    `    PATH=${PREFIX}/bin:$PATH \\`,
    '    LANG=C.UTF-8 \\',
    '    GIT_CONFIG_SYSTEM=/etc/gitconfig',
    '',
    ...(platforms.length > 1 ? ['ARG TARGETARCH', ''] : []),
    'RUN --mount=type=bind,from=environment,target=/run/toolchain \\',
    "    --mount=type=cache,target=/opt/micromamba/pkgs,sharing=locked <<'EOF'",
    '# A committed lock file is what gets installed; without one, the newest that the environment file allows.',
    ...environmentChoice(build, platforms),
    'micromamba create --yes --quiet --prefix "$CONDA_PREFIX" --file "$environment"',
    ...leaveOut(build),
    '# A login shell starts with a PATH of its own.',
    'echo "export PATH=\\"$PATH\\"" >/etc/profile.d/toolchain.sh',
    'EOF',
    '',
    ...pythonPackages(build),
    "RUN <<'EOF'",
    "# The owner of a mounted workspace; the entrypoint sets its IDs. It owns the home folder, not the folder's files.",
    'groupadd --gid 1000 workspace',
    `useradd --uid 1000 --gid workspace --create-home --home-dir /home/${USER} --shell /bin/bash ${USER}`,
    `chown --recursive root:root /home/${USER}`,
    `chown ${USER}:workspace /home/${USER}`,
    "# A checkout may not belong to the container's user.",
    "printf '[safe]\\n\\tdirectory = *\\n' >/etc/gitconfig",
    '# Remove setuid and setgid bits, and world-writable permissions.',
    "find / -xdev -type f -perm /6000 -exec chmod a-s '{}' +",
    "find / -xdev -type f -perm -0002 -exec chmod o-w '{}' +",
    'EOF',
    '',
    `COPY --chmod=755 <<'EOF' ${ENTRYPOINT}`,
    ...entrypoint(),
    'EOF',
    '',
    `WORKDIR ${WORKSPACE}`,
    `ENTRYPOINT ["${ENTRYPOINT}"]`,
    'CMD ["bash"]',
    '',
    "# The commit, and the hash of the image's build files: this file and the environment.",
    'ARG REVISION=unknown',
    'ARG ENVIRONMENT=unknown',
    `LABEL org.opencontainers.image.title="${build.name} toolchain" \\`,
    `      org.opencontainers.image.source="https://github.com/${repository}" \\`,
    '      org.opencontainers.image.revision="$REVISION" \\',
    `      ${image.label}="$ENVIRONMENT"`,
  ];
}

/** Return the lines of the entrypoint. The Dockerfile contains it, so the build context is only the environment's files. */
function entrypoint(): string[] {
  return readFileSync(join(__dirname, 'entrypoint.sh'), 'utf8').trimEnd().split('\n');
}

/**
 * What no build reads, in the layer that would bring it. Whatever `llvm-config` names stays, also for processors that
 * nothing here is built for: it refuses to answer where one of its libraries is missing, and tvm links all of them. So do
 * Conda's records, from which the image is locked and measured, and compiled Python, which nobody may write later.
 */
function leaveOut({ conda }: PlannedBuild): string[] {
  return [
    "# What no build reads: documentation, translations, Python's own tests.",
    ...remove(
      'man',
      ...['doc', 'gtk-doc', 'info', 'locale', 'man', 'cmake-*/Help'].map((name) => `share/${name}`),
      ...['idlelib', 'test', 'turtledemo'].map((name) => `lib/python3.*/${name}`),
    ),
    ...(conda.packages.some(({ name, system }) => name === 'rust' && system !== 'windows') ? rustExtras() : []),
  ];
}

/**
 * What conda-forge's Rust has beside rustc, cargo and the linker that it calls by itself, and the C compiler with a C
 * library of its own that it depends on, to which it hands over linking wherever the environment is activated.
 *
 * @see https://github.com/conda-forge/rust-feedstock
 */
function rustExtras(): string[] {
  const programs = ['cargo-clippy', 'cargo-fmt', 'clippy-driver', 'rust-gdb*', 'rust-lldb', 'rustdoc', 'rustfmt'];
  return [
    "# Rust's lints, formatter, documentation, debuggers and its tools for LLVM.",
    ...remove(
      ...programs.map((name) => `bin/${name}`),
      'libexec/rust-analyzer-proc-macro-srv',
      ...['analysis', 'bin/llc', 'bin/llvm-*', 'bin/opt'].map((name) => `lib/rustlib/*/${name}`),
    ),
    "# A C compiler that Rust alone asks for: what is built here is compiled and linked by the base's.",
    'compiler=$(uname -m)-conda-linux-gnu',
    'if ! grep -l gcc_impl_ "$CONDA_PREFIX"/conda-meta/*.json | grep -qv -e /gcc_impl_ -e /rust-; then',
    ...remove(
      ...['"$compiler"', 'lib/gcc/"$compiler"', 'libexec/gcc/"$compiler"', 'bin/"$compiler"-*'],
      ...['etc/conda/activate.d/rust.sh', 'etc/conda/deactivate.d/rust.sh'],
    ).map((line) => `  ${line}`),
    'fi',
  ];
}

/** A command that removes files of the environment; of each, a path or a pattern. */
function remove(...paths: string[]): string[] {
  const command = paths.reduce((text, path) => {
    const word = `"\${CONDA_PREFIX:?}"/${path}`;
    const full = text.length - text.lastIndexOf('\n') + word.length > 110;
    return `${text}${full ? ' \\\n   ' : ''} ${word}`;
  }, 'rm -rf');
  return command.split('\n');
}

/** A layer of their own: where one of them changes, Conda's packages stay as they are. */
function pythonPackages({ pythonPackagesFile, pythonPackages: packages }: PlannedBuild): string[] {
  if (pythonPackagesFile === null || !packages.some((each) => isOn('linux', each))) return [];
  return [
    '# What Conda does not have, from the Python package index: each file is one whose hash the declaration names.',
    `RUN --mount=type=bind,source=${pythonPackagesFile},target=/run/requirements.txt \\`,
    '    python -m pip install --no-cache-dir --no-deps --only-binary=:all: --require-hashes \\',
    '    --retries 5 --requirement /run/requirements.txt',
    '',
  ];
}

/** Where a file of the build context is during a build. */
function inContext(path: string): string {
  return path.replace(/^docker\//, '/run/toolchain/');
}

function bases(platforms: readonly PlannedPlatform[]): string[] {
  if (platforms.length === 1) return [`FROM ${platforms[0].baseImage}`];
  return [
    ...platforms.map(({ baseImage, machine }) => `FROM ${baseImage} AS base-${TARGETARCH[machine]}`),
    '',
    '# hadolint ignore=DL3006',
    'FROM base-$TARGETARCH',
  ];
}

function environmentChoice({ conda }: PlannedBuild, platforms: readonly PlannedPlatform[]): string[] {
  const choice =
    platforms.length === 1
      ? [`environment=${inContext(platforms[0].lock)}`]
      : [
          'case $TARGETARCH in',
          ...platforms.map(({ machine, lock }) => `  ${TARGETARCH[machine]}) environment=${inContext(lock)} ;;`),
          '  *) echo "no environment is declared for $TARGETARCH" >&2 && exit 1 ;;',
          'esac',
        ];
  return [...choice, `[ -f "$environment" ] || environment=${inContext(conda.file)}`];
}

/** The build context is the environments' files and nothing else. */
export function dockerignore({ builds }: Plan): string[] {
  const files = builds.flatMap(({ conda, pythonPackagesFile }) => [conda.file, pythonPackagesFile]);
  return ['*', ...files.filter((file) => file !== null).map((file) => `!${file}`), '!docker/conda-*.lock'];
}
