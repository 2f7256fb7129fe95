/** `docker/Dockerfile`: the toolchain image. */
import { environmentFile, lockFile } from './environment';
import { IMAGES, imageReference } from '../declaration/pins';
import { allVariants, PipelineSpec, platformsOn } from '../declaration/pipeline';
import type { PlatformFacts } from '../declaration/platform';
import { baseImage, TOOLCHAIN_PREFIX as PREFIX } from '../declaration/toolchain';

/** Where a pipeline's Dockerfile lies; editors and linters know both names. */
export function dockerfilePath(spec: PipelineSpec): string {
  return spec.variant ? `docker/${spec.variant.name}.Dockerfile` : 'docker/Dockerfile';
}

/** Where the checkout is mounted. */
export const WORKSPACE = '/workspace';

/** The user that it runs as where the caller names none. */
const USER = 1000;

/** What BuildKit calls a processor. */
const TARGETARCH: Record<string, string> = { x86_64: 'amd64', aarch64: 'arm64' };

/** The Dockerfile's lines. The hash is the environment's, for a label. */
export function dockerfile(spec: PipelineSpec, header: readonly string[], environmentHash: string): string[] {
  const platforms = platformsOn(spec, 'linux');
  const label = `io.github.${spec.repository.toLowerCase().replace('/', '.')}.environment`;
  return [
    '# syntax=docker/dockerfile:1',
    '#',
    ...header.map((line) => `# ${line}`.trimEnd()),
    '',
    `FROM ${imageReference(IMAGES.micromamba)} AS micromamba`,
    '',
    '# The base brings the C and C++ compilers and the lowest glibc that the wheels run on. Everything else is from Conda.',
    ...bases(spec, platforms),
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
    'RUN --mount=type=bind,source=docker,target=/run/toolchain \\',
    "    --mount=type=cache,target=/opt/micromamba/pkgs,sharing=locked <<'EOF'",
    '# A committed lock file is what gets installed; without one, the newest that the environment file allows.',
    ...environmentChoice(spec, platforms),
    'micromamba create --yes --quiet --prefix "$CONDA_PREFIX" --file "$environment"',
    '# A login shell starts with a PATH of its own.',
    'echo "export PATH=\\"$PATH\\"" >/etc/profile.d/toolchain.sh',
    'EOF',
    '',
    "# Any user may run it, also one without a name: the home folder is everybody's, as /tmp is.",
    "RUN <<'EOF'",
    `useradd --uid ${USER} --create-home --home-dir /home/builder builder`,
    'chmod 1777 /home/builder',
    '# A checkout may belong to another user: it is the caller who mounts it.',
    "printf '[safe]\\n\\tdirectory = *\\n' >/etc/gitconfig",
    `mkdir --parents ${WORKSPACE}`,
    `chown builder ${WORKSPACE}`,
    'EOF',
    '',
    "COPY --chmod=755 <<'EOF' /usr/local/bin/toolchain-entrypoint",
    '#!/usr/bin/env bash',
    '# Runs a command, after a word about a folder that it could not write to.',
    'if [[ ! -w . ]]; then',
    "  printf '%s belongs to uid %s and this container runs as uid %s, which cannot write there.\\n' \\",
    '    "$PWD" "$(stat --format=%u .)" "$(id -u)" >&2',
    '  printf \'Start it with: docker run --user "$(id -u):$(id -g)" …\\n\' >&2',
    'fi',
    'exec "$@"',
    'EOF',
    '',
    'ENV HOME=/home/builder \\',
    '    USER=builder',
    `USER ${USER}`,
    `WORKDIR ${WORKSPACE}`,
    'ENTRYPOINT ["toolchain-entrypoint"]',
    'CMD ["bash"]',
    '',
    'ARG REVISION=unknown',
    `LABEL org.opencontainers.image.title="${spec.name} toolchain" \\`,
    `      org.opencontainers.image.source="https://github.com/${spec.repository}" \\`,
    '      org.opencontainers.image.revision="$REVISION" \\',
    `      ${label}="sha256:${environmentHash}"`,
  ];
}

function bases(spec: PipelineSpec, platforms: readonly PlatformFacts[]): string[] {
  const reference = (facts: PlatformFacts): string => imageReference(baseImage(spec.toolchain, facts.machine));
  if (platforms.length === 1) return [`FROM ${reference(platforms[0])}`];
  return [
    ...platforms.map((facts) => `FROM ${reference(facts)} AS base-${TARGETARCH[facts.machine]}`),
    '',
    '# hadolint ignore=DL3006',
    'FROM base-$TARGETARCH',
  ];
}

function environmentChoice(spec: PipelineSpec, platforms: readonly PlatformFacts[]): string[] {
  const inContext = (path: string): string => path.replace(/^docker\//, '/run/toolchain/');
  const lock =
    platforms.length === 1
      ? [`environment=${inContext(lockFile(spec, platforms[0]))}`]
      : [
          'case $TARGETARCH in',
          ...platforms.map(
            (facts) => `  ${TARGETARCH[facts.machine]}) environment=${inContext(lockFile(spec, facts))} ;;`,
          ),
          '  *) echo "no environment is declared for $TARGETARCH" >&2 && exit 1 ;;',
          'esac',
        ];
  return [...lock, `[ -f "$environment" ] || environment=${inContext(environmentFile(spec))}`];
}

/** The build context is the environments' files and nothing else. */
export function dockerignore(spec: PipelineSpec): string[] {
  return ['*', ...allVariants(spec).map((each) => `!${environmentFile(each)}`), '!docker/conda-*.lock'];
}
