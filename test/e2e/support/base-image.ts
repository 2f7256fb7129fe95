import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { aptIndexes, ARCHIVES, archiveSources } from './apt';
import { findInterpreter, patchelf } from './channel';
import { Engine } from './engine';
import { needPackageLists, needPrograms, osRelease } from './machine';
import { cached, check, digest, locked, run } from './process';

/**
 * What the stand-in has: the compilers, Git and certificates, as the manylinux images do; the libraries that the
 * machine's CPython is linked to. No development package that manylinux_2_28 lacks: no libxml2, zlib, Vulkan or LLVM.
 */
const PACKAGES = [
  ...['bash', 'binutils', 'ca-certificates', 'g++', 'gcc', 'git', 'libc6-dev', 'make', 'passwd'],
  ...['libbz2-1.0', 'libexpat1', 'libffi8', 'liblzma5', 'libncursesw6', 'libreadline8', 'libsqlite3-0', 'libssl3'],
  ...['libuuid1', 'zlib1g'],
];

/** Where the manylinux images have the interpreters that wheels are tested with; none is on the PATH. */
const PYTHON = '/opt/python/cp313-cp313';

/** Left out for size: nothing that a build reads. */
const EXCLUDES = [
  ...['/usr/share/doc/*', '/usr/share/info/*', '/usr/share/locale/*', '/usr/share/man/*', '/usr/share/i18n/*'],
  ...['/usr/bin/*lto-dump*', '/usr/lib/gcc/*/lib?san*', '/usr/lib/*/lib?san.so*', '/usr/lib/*/perl/*/CORE/*'],
];

const CA_BUNDLE = '/etc/ssl/certs/ca-certificates.crt';

/** Variables that name a certificate bundle, each for some program of the many that a build runs. */
const CA_VARIABLES = [
  'CARGO_HTTP_CAINFO',
  'CURL_CA_BUNDLE',
  'GIT_SSL_CAINFO',
  'PIP_CERT',
  'REQUESTS_CA_BUNDLE',
  'SSL_CERT_FILE',
];

/** Where the engine has the stand-in, once {@link baseImage} has put it there. */
const REPOSITORY = 'mlc-llm-pipeline-e2e/base';

/** The platform tag of the wheels that can be made in the stand-in: honest about this machine's C library. */
export async function baseGlibc(): Promise<string> {
  const answer = (await check(['getconf', 'GNU_LIBC_VERSION'], { quiet: true })).stdout.trim();
  return `manylinux_${answer.replace(/^glibc /, '').replace('.', '_')}`;
}

/**
 * The root file system of the stand-in, as a tar file in the cache. It needs no engine, so it can be made while one is
 * being set up. It is the distribution of this machine, since the machine's own CPython will run in it.
 */
export async function baseRootfs(): Promise<string> {
  const { ID: id = '', VERSION_CODENAME: suite } = osRelease();
  const key = [suite, ...PACKAGES, ...EXCLUDES].join('\n');
  const folder = await cached('base-rootfs', key, async (target) => {
    const archive = ARCHIVES[id];
    if (!suite || !archive) {
      throw new Error('The base image is made from the distribution of this machine, which must be Debian or Ubuntu.');
    }
    await needPrograms('mmdebstrap');
    await needPackageLists();
    const sources = archiveSources(archive, suite, await aptIndexes());
    const options = [
      '--variant=essential',
      `--include=${PACKAGES.join(',')}`,
      '--aptopt=APT::Install-Recommends "false"',
    ];
    options.push(...(await aptSettings()).map((line) => `--aptopt=${line}`));
    options.push(...EXCLUDES.map((path) => `--dpkgopt=path-exclude=${path}`));
    await check(['mmdebstrap', '--quiet', ...options, suite, join(target, 'rootfs.tar'), ...sources]);
  });
  return join(folder, 'rootfs.tar');
}

/** Puts the stand-in for the manylinux image into the engine and returns its tag. */
export async function baseImage(engine: Engine): Promise<string> {
  const tar = await baseRootfs();
  const platform = await baseGlibc();
  const arch = (await check(['uname', '-m'], { quiet: true })).stdout.trim();
  const changes = [
    `ENV AUDITWHEEL_POLICY=${platform} AUDITWHEEL_ARCH=${arch} AUDITWHEEL_PLAT=${platform}_${arch}`,
    'ENV LC_ALL=C.UTF-8 LANG=C.UTF-8',
    'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    `ENV ${CA_VARIABLES.map((name) => `${name}=${CA_BUNDLE}`).join(' ')}`,
    ...(await pipSettings()).map(([name, value]) => `ENV ${name}="${value}"`),
    'ENTRYPOINT ["manylinux-entrypoint"]',
    'CMD ["/bin/bash"]',
  ];
  const bundle = process.env.SSL_CERT_FILE || CA_BUNDLE;
  const interpreter = await findInterpreter('3.13');
  const tag = `${REPOSITORY}:${digest(tar, ...changes, ENTRYPOINT, PYTHON, interpreter, readFileSync(bundle))}`;
  await locked(tag.replace(/\W/g, '-'), async () => {
    if ((await engine.tryDocker(['image', 'inspect', tag], { quiet: true })).status === 0) {
      return;
    }
    const context = await cached('base-image', tag, async (folder) => {
      copyFileSync(bundle, join(folder, 'ca-certificates.crt'));
      writeFileSync(join(folder, 'manylinux-entrypoint'), ENTRYPOINT, { mode: 0o755 });
      await copyInterpreter(interpreter, join(folder, 'python'));
    });
    await engine.docker(['import', tar, `${tag}-rootfs`]);
    const lines = [`FROM ${tag}-rootfs`, `COPY ca-certificates.crt ${CA_BUNDLE}`];
    lines.push('COPY manylinux-entrypoint /usr/local/bin/', `COPY python ${PYTHON}`, ...changes);
    const build = ['buildx', 'build', '--builder', 'default', '--tag', tag, '--file', '-', context];
    await engine.docker(build, { input: lines.join('\n') });
  });
  return tag;
}

/** What the real image's entry point does on a machine of its own architecture. */
const ENTRYPOINT = '#!/bin/bash\nset -eu\nexec "$@"\n';

/** A user's CPython: the machine's, without its packages and its tests, found by its libraries wherever it lies. */
async function copyInterpreter(interpreter: string, target: string): Promise<void> {
  const prefix = dirname(dirname(interpreter));
  const minor = basename(interpreter);
  const library = join('lib', minor);
  const left = ['site-packages', '__pycache__', 'test', 'idlelib', 'tkinter', 'turtledemo', `config-*`];
  const excludes = left.map((name) => `--exclude=./${library}/${name}`);
  mkdirSync(join(target, 'bin'), { recursive: true });
  const pack = `tar -C "$0" ${excludes.join(' ')} -c ./${library} ./include | tar -C "$1" -x`;
  await check(['bash', '-c', `set -o pipefail; ${pack}; cp -a "$0"/lib/libpython*.so* "$1"/lib/`, prefix, target]);
  mkdirSync(join(target, library, 'site-packages'));
  copyFileSync(interpreter, join(target, 'bin', minor));
  symlinkSync(minor, join(target, 'bin', 'python'));
  await check([await patchelf(), '--set-rpath', '$ORIGIN/../lib', join(target, 'bin', minor)]);
}

/** The machine's settings for reaching the package servers: proxies, certificates, timeouts. */
export async function aptSettings(): Promise<string[]> {
  const dump = await run(['apt-config', 'dump', '--format', '%F "%v";%n'], { quiet: true });
  return dump.stdout.split('\n').filter((line) => /^Acquire::(https?::|Check-|Retries)/.test(line));
}

/** How this machine's pip reaches its package index, as variables for the pip in the image. */
async function pipSettings(): Promise<[string, string][]> {
  const list = await run(['python3', '-m', 'pip', 'config', 'list'], { quiet: true });
  const settings = [
    ...list.stdout.matchAll(/^[^\n]*\.(index-url|extra-index-url|trusted-host|default-timeout|proxy)='(.*)'$/gm),
  ];
  return settings.map((match) => [`PIP_${match[1]!.toUpperCase().replace(/-/g, '_')}`, match[2]!]);
}
