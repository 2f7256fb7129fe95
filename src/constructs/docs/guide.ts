/** Addresses of this library's guide, at the installed version. */
import { readFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';

/** The folder of the installed package. */
const PACKAGE = resolve(__dirname, '../../..');

const FOLDER = 'docs/guide';
const BLOB = 'https://github.com/mlc-llm-pipeline/mlc-llm-pipeline/blob';

/** The version of unreleased sources. */
const UNRELEASED = '0.0.0';

/** Pages and sections that a user's pages link to. */
const LINKS = {
  troubleshooting: 'troubleshooting.md',
  condaPackage: 'customizing.md#add-a-conda-package',
  vulkanDevice: 'troubleshooting.md#checks-are-skipped-without-a-vulkan-device',
  releases: 'customizing.md#change-how-releases-are-published',
  pins: 'customizing.md#change-a-pinned-version',
  upgradeApp: 'customizing.md#set-up-a-github-app-for-upgrades',
  triggers: 'customizing.md#change-when-workflows-run',
} as const;

/** Addresses of these pages and sections. */
export type Guide = Readonly<Record<keyof typeof LINKS, string>>;

/** Return the address of the guide's folder: relative in this library's own repository, otherwise at a version's tag. */
export function guideAddress(root: string, pages: string, version = installedVersion()): string {
  if (resolve(root) === PACKAGE) return relative(pages, join(root, FOLDER)).replaceAll(sep, '/');
  return `${BLOB}/${version === UNRELEASED ? 'main' : `lib-v${version}`}/${FOLDER}`;
}

/**
 * Return the links to the guide for the pages of a repository.
 *
 * @param root folder of the repository's root project
 * @param pages folder of the pages
 */
export function guideFor(root: string, pages: string): Guide {
  const address = guideAddress(root, pages);
  return Object.fromEntries(Object.entries(LINKS).map(([name, link]) => [name, `${address}/${link}`])) as Guide;
}

function installedVersion(): string {
  return (JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8')) as { version: string }).version;
}
