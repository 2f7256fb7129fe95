/**
 * Pack the Python program, its libraries and this library's files into `lib/wheel_pipeline.pyz`, which runs on any
 * Python ≥3.12.
 *
 * The same sources produce the same bytes on every machine: entries are sorted, have no time or mode, and are
 * compressed by fflate, pinned in package-lock.json, instead of the machine's zlib.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { unzipSync, Zippable, zipSync } from 'fflate';
import { findPython } from './python';

const ROOT = resolve(__dirname, '..');
const SOURCES = join(ROOT, 'src/runtime');
/** Folders below src that the program reads by name: a plan's `builtin:mlc-llm/checks/generate.py`. */
const BUILTIN = ['contract', 'mlc-llm/checks', 'mlc-llm/preflight'];
const PACKAGE = 'wheel_pipeline';
const REQUIREMENTS = join(SOURCES, 'requirements.txt');
const WHEELS = join(ROOT, 'build/program');
const OUTPUT = join(ROOT, 'lib/wheel_pipeline.pyz');

/** The largest file that pre-commit's `check-added-large-files` accepts by default, in bytes. */
const LIMIT = 500 * 1024;

/** Parts of the libraries that the program never imports. */
const UNUSED = [
  /^cattr\//,
  /^cattrs\/(preconf|strategies)\//,
  /^filelock\/(_async|_lease|_marker|_read_write|_soft|_strict|asyncio)/,
  /^packaging\/(dependency_groups|direct_url|licenses|metadata|pylock|ranges)/,
];

type Files = { [path: string]: Uint8Array };

/** A library in the packed file, for the SBOM. */
interface Library {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly wheel: string;
  readonly sha256: string;
}

function sha256(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** Return the wheels of the pinned requirements by SHA-256; download missing ones. */
function wheels(): Map<string, string> {
  mkdirSync(WHEELS, { recursive: true });
  const present = (): Map<string, string> =>
    new Map(
      readdirSync(WHEELS)
        .filter((name) => name.endsWith('.whl'))
        .map((name) => [sha256(readFileSync(join(WHEELS, name))), join(WHEELS, name)]),
    );
  const wanted = [...readFileSync(REQUIREMENTS, 'utf8').matchAll(/--hash=sha256:([0-9a-f]{64})/g)].map(
    ([, hash]) => hash,
  );
  if (!wanted.every((hash) => present().has(hash))) {
    const options = ['--no-deps', '--require-hashes', '--only-binary=:all:', '--dest', WHEELS];
    const pip = ['-m', 'pip', '--disable-pip-version-check', 'download', '--quiet', '--retries', '5', ...options];
    execFileSync(findPython(), [...pip, '--requirement', REQUIREMENTS], { stdio: 'inherit' });
  }
  const found = present();
  return new Map(wanted.map((hash) => [hash, found.get(hash)!]));
}

/** Return the Python files and licenses of a wheel, and its entry in the SBOM. */
function library(wheel: string, hash: string): { files: Files; about: Library } {
  const members = unzipSync(readFileSync(wheel));
  const text = (path: string): string => Buffer.from(members[path]).toString('utf8');
  const metadata = text(Object.keys(members).find((path) => path.endsWith('.dist-info/METADATA'))!);
  const field = (name: string): string =>
    new RegExp(`^${name}: (.*)$`, 'm').exec(metadata)?.[1].trim() ?? 'NOASSERTION';
  const name = field('Name');
  const files: Files = {};
  for (const [path, data] of Object.entries(members)) {
    const license = /\.dist-info\/(?:licenses\/)?((?:LICENSE|COPYING|NOTICE)[^/]*)$/.exec(path);
    if (license) files[`licenses/${name}/${license[1]}`] = data;
    else if (path.endsWith('.py') && !UNUSED.some((pattern) => pattern.test(path))) files[path] = data;
  }
  const license = field('License-Expression');
  return { files, about: { name, version: field('Version'), license, wheel: basename(wheel), sha256: hash } };
}

/** Return the files of a folder by path relative to its parent, without Python's caches. */
function filesBelow(parent: string, folder: string): Files {
  const entries = readdirSync(join(parent, folder), { recursive: true, withFileTypes: true });
  const paths = entries.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
  return Object.fromEntries(
    paths
      .filter((path) => !path.includes('__pycache__') && !path.endsWith('.ts'))
      .map((path) => [relative(parent, path).replaceAll('\\', '/'), readFileSync(path)]),
  );
}

/** Return the program's own files. */
function program(): Files {
  return {
    ...filesBelow(SOURCES, PACKAGE),
    ...(Object.assign({}, ...BUILTIN.map((folder) => filesBelow(join(ROOT, 'src'), folder))) as Files),
    '__main__.py': readFileSync(join(SOURCES, PACKAGE, '__main__.py')),
    [`licenses/mlc-llm-pipeline/LICENSE`]: readFileSync(join(ROOT, 'LICENSE')),
  };
}

/** Return a CycloneDX document of the libraries. @see https://cyclonedx.org/docs/1.6/json/ */
function sbom(libraries: readonly Library[]): Uint8Array {
  const components = libraries.map(({ name, version, license, wheel, sha256: content }) => ({
    type: 'library',
    name,
    version,
    purl: `pkg:pypi/${name.toLowerCase().replaceAll('_', '-')}@${version}?file_name=${wheel}`,
    hashes: [{ alg: 'SHA-256', content }],
    licenses: [{ expression: license }],
  }));
  const document = { bomFormat: 'CycloneDX', specVersion: '1.6', version: 1, components };
  return Buffer.from(`${JSON.stringify(document, undefined, 2)}\n`);
}

/** Return the bytes of the packed program. */
function pack(): Uint8Array {
  const libraries = [...wheels()].map(([hash, wheel]) => library(wheel, hash));
  const files: Files = Object.assign(
    { 'sbom.cdx.json': sbom(libraries.map(({ about }) => about)) },
    ...libraries.map((each) => each.files),
    program(),
  ) as Files;
  const sorted = Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
  // The zip format stores local time: its earliest date, in any time zone.
  return zipSync(Object.fromEntries(sorted) as Zippable, { level: 9, mtime: new Date(1980, 0, 1) });
}

const packed = pack();
if (packed.length > LIMIT) {
  throw new Error(`${OUTPUT} would be ${packed.length} bytes, but the limit is ${LIMIT}: extend UNUSED in this file`);
}
mkdirSync(dirname(OUTPUT), { recursive: true });
if (!existsSync(OUTPUT) || !readFileSync(OUTPUT).equals(packed)) writeFileSync(OUTPUT, packed);
console.log(`lib/${basename(OUTPUT)}: ${packed.length} bytes, sha256 ${sha256(packed)}`);
