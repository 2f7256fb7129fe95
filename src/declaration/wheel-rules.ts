/** What is right for a wheel: the schemas of its options, and what no schema can say. */
import { checkOptions, validateCheck } from './check';
import { must, mustBeUnique } from './error';
import { SYSTEMS } from './platform';
import { defaulted, entriesOf, nested, optionsOf, perSystem, required, titled } from './schema/noun';
import {
  above0,
  distributionName,
  flag,
  listOf,
  objectOf,
  path,
  recordOf,
  text,
  value,
  variables,
  z,
} from './schema/values';
import { PUBLIC_VERSION } from './version';
import { CMakeDefinitions, LibraryAlias, normalizedName, RequirementAmendments, Wheel, WheelChanges } from './wheel';

const definitions = z.optional(
  recordOf(text('a CMake variable name', /^[A-Za-z_]\w*$/), value("a cache entry's value")),
);

const cmake = objectOf<CMakeDefinitions>()({ all: definitions, linux: definitions, windows: definitions });

const libraries = perSystem<string[]>([], {
  linux: listOf(
    text(
      'a whole file name with .so, such as libtvm_ffi.so: auditwheel matches nothing else',
      /^[\w.+-]+\.so(\.\d+)*$/,
    ),
  ),
  windows: listOf(text('a whole file name with .dll, such as vulkan-1.dll', /^[\w.+-]+\.dll$/i)),
});

const bytes = above0('a whole number of bytes above 0', Number.isSafeInteger);

/** What PEP 508 calls a requirement; what a marker says is left to pip. */
const REQUIREMENT = requirementPattern();

function requirementPattern(): RegExp {
  const name = '[A-Za-z0-9]([\\w.-]*[A-Za-z0-9])?';
  const extras = '\\[[\\w,. -]+\\]';
  const version = '(===|==|~=|!=|<=|>=|<|>)\\s*[\\w.*+!-]+';
  const versions = `${version}(\\s*,\\s*${version})*`;
  const address = '@\\s*[^\\s;]+';
  const which = `${versions}|\\(\\s*${versions}\\s*\\)|${address}`;
  return new RegExp(`^${name}(\\s*${extras})?(\\s*(${which}))?(\\s*;.+)?$`);
}

const amendments = optionsOf<RequirementAmendments>()({
  add: defaulted(listOf(text('a requirement by PEP 508, such as psutil or numpy>=2,<3', REQUIREMENT)), []),
  pin: defaulted(listOf(distributionName), []),
  drop: defaulted(listOf(distributionName), []),
});

const alias = titled('Alias', objectOf<LibraryAlias>()({ alias: path('the wheel'), target: path('the wheel') }));

/** A static library is of no use in a wheel; on Windows, a `.lib` can be what extensions link a DLL with. */
const STATIC_LIBRARIES = ['**/*.a'];

/** The options that the plan has as they are declared. */
const rules = {
  distribution: required(distributionName),
  projectDir: defaulted(path('the source'), '.'),
  useSourceVersion: defaulted(flag, false),
  reuse: defaulted(flag, false),
  excludes: libraries,
  systemLibraries: libraries,
  libraryFolders: defaulted(listOf(path('site-packages')), []),
  programFolders: defaulted(listOf(path('site-packages')), []),
  aliases: defaulted(listOf(alias), [], (each: LibraryAlias) => each.alias),
  requires: nested('Requirements', amendments),
  forbidden: defaulted(listOf(text('a glob of files, such as **/*.a', /^[^\\/][^\\]*$/)), STATIC_LIBRARIES),
  maxBytes: perSystem(null, { linux: bytes, windows: bytes }),
  testRequirements: defaulted(
    listOf(text('pinned, such as numpy==2.3.1', /^[A-Za-z0-9._-]+(\[[^\]]+\])?==[^\s*;]+(\s*;.+)?$/)),
    [],
    (requirement: string) => normalizedName(requirement.split(/[=[]/)[0]),
  ),
};

/** The options that `resolve-wheel.ts` turns into settings and variables of the build. */
const others = {
  cmake: z.optional(cmake),
  settings: z.optional(
    recordOf(text("a setting's name, such as wheel.exclude", /^[A-Za-z][\w.-]*$/), value("a setting's value")),
  ),
  environment: z.optional(variables),
  compileVersion: z.optional(text('a PEP 440 version, such as 0.1.0', PUBLIC_VERSION)),
};

const checks = entriesOf('Check', checkOptions, 'name', 'at least one check: an untested wheel is not released');

export const wheelOptions = optionsOf<Wheel>()({ ...rules, checks }, others);

export const wheelChangesSchema = optionsOf<WheelChanges>()(rules, {
  ...others,
  checks: z.optional(listOf(checkOptions.schema)),
}).schema;

/** What a schema cannot say. */
export function validateWheels(wheels: readonly Wheel[]): void {
  mustBeUnique(
    'wheels',
    wheels.map((wheel) => normalizedName(wheel.distribution)),
  );
  wheels.forEach((wheel, index) => validateWheel(wheel, wheels.slice(0, index)));
  const pinned = new Set(wheels.flatMap((wheel) => wheel.testRequirements ?? []));
  mustBeUnique(
    'wheels.testRequirements',
    [...pinned].map((requirement) => normalizedName(requirement.split('==')[0])),
  );
}

function validateWheel(wheel: Wheel, earlier: readonly Wheel[]): void {
  const at = `wheels[${wheel.distribution}]`;
  const pinnable = earlier.map((other) => normalizedName(other.distribution));
  mustBeUnique(
    `${at}.checks`,
    wheel.checks.map((check) => check.name),
  );
  wheel.checks.forEach((check) => validateCheck(`${at}.checks[${check.name}]`, check));
  for (const system of SYSTEMS) {
    (wheel.systemLibraries?.[system] ?? []).forEach((library) =>
      must(
        (wheel.excludes?.[system] ?? []).includes(library),
        `${at}.systemLibraries.${system}`,
        library,
        'excluded from the repair as well',
      ),
    );
  }
  (wheel.aliases ?? []).forEach(({ alias: name, target }) => {
    const folder = (file: string): string => file.slice(0, file.lastIndexOf('/') + 1);
    must(
      name !== target &&
        folder(name) === folder(target) &&
        ['.so', '.dll'].some((kind) => [name, target].every((file) => file.endsWith(kind))),
      `${at}.aliases`,
      `${name} of ${target}`,
      'two shared libraries of one folder, both .so or both .dll',
    );
  });
  (wheel.requires?.pin ?? []).forEach((name) =>
    must(
      pinnable.includes(normalizedName(name)),
      `${at}.requires.pin`,
      name,
      'a wheel that is declared before this one',
    ),
  );
}
